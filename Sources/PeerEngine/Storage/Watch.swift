import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension HomeStore {
  /// Seconds between looks that nothing asked for: network file systems do not tell of changes made on
  /// another machine, a system may run out of watches, and some have none.
  static let slowLook = 60

  /// Says that something in `files/` may have changed; at most one such word waits. Ends never, except
  /// that whoever listens stops.
  public func changes() -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let watch = Watch(home: home) { continuation.yield() }
    continuation.onTermination = { _ in watch.stop() }
    return stream
  }
}

/// Watches `files/`, and the home for the case that `files/` itself is removed and made again.
private final class Watch: Sendable {
  private let sources = Mutex<[any DispatchSourceProtocol]>([])

  init(home: Home, _ report: @escaping @Sendable () -> Void) {
    sources.withLock { sources in
      let queue = DispatchQueue(label: "files-watch")
      sources.append(Self.slowLook(queue, report))
      #if canImport(Glibc)
        if let source = Self.notifications(home, queue, report) { sources.append(source) }
      #endif
      for source in sources { source.activate() }
    }
  }

  func stop() {
    sources.withLock { sources in
      for source in sources { source.cancel() }
    }
  }

  private static func slowLook(
    _ queue: DispatchQueue, _ report: @escaping @Sendable () -> Void
  ) -> any DispatchSourceProtocol {
    let timer = DispatchSource.makeTimerSource(queue: queue)
    let interval = DispatchTimeInterval.seconds(HomeStore.slowLook)
    timer.schedule(deadline: .now() + interval, repeating: interval)
    timer.setEventHandler { report() }
    return timer
  }

  #if canImport(Glibc)
    private static let ofFiles = UInt32(
      IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF
        | IN_MOVE_SELF | IN_ONLYDIR)
    private static let ofHome = UInt32(IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR)

    /// `nil` if the system has no more watches.
    private static func notifications(
      _ home: Home, _ queue: DispatchQueue, _ report: @escaping @Sendable () -> Void
    ) -> (any DispatchSourceProtocol)? {
      let descriptor = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
      guard descriptor >= 0 else { return nil }
      _ = inotify_add_watch(descriptor, home.files, ofFiles)
      _ = inotify_add_watch(descriptor, home.path, ofHome)
      let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
      source.setEventHandler {
        // What happened does not matter, for a scan compares everything.
        var events = [UInt8](repeating: 0, count: 64 * 1024)
        while read(descriptor, &events, events.count) > 0 {}
        // The same watch if it is the same folder; a new one if it was made again.
        _ = inotify_add_watch(descriptor, home.files, ofFiles)
        report()
      }
      source.setCancelHandler { close(descriptor) }
      return source
    }
  #endif
}
