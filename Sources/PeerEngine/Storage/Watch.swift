import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension HomeStore {
  /// How many seconds may pass without a look, even if nothing is reported: network file systems do not report changes
  /// made on another machine, a system may run out of watches, and some systems have none.
  static let slowLook = 60
  /// How many milliseconds pass between two times that the system's notices are read. Those of a thousand files that
  /// arrive in a moment then come together, instead of waking a thread each.
  static let rest = 100

  /// Reports that something in `files/` may have changed. At most one report waits to be taken. The stream has no end;
  /// it is over when the listener stops.
  public func changes() -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let watch = Watch(self) { continuation.yield() }
    continuation.onTermination = { _ in watch.stop() }
    return stream
  }
}

/// Watches `files/`. It also watches the home, since `files/` itself may be removed and created again.
private final class Watch: Sendable {
  private let sources = Mutex<[any DispatchSourceProtocol]>([])

  init(_ store: HomeStore, _ report: @escaping @Sendable () -> Void) {
    sources.withLock { sources in
      let queue = DispatchQueue(label: "files-watch")
      sources.append(Self.slowLook(queue, report))
      #if canImport(Glibc)
        if let source = Self.notifications(store, queue, report) { sources.append(source) }
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

    /// Reports changes as the system notices them; `nil` if the system has no more watches.
    private static func notifications(
      _ store: HomeStore, _ queue: DispatchQueue, _ report: @escaping @Sendable () -> Void
    ) -> (any DispatchSourceProtocol)? {
      let home = store.home
      let descriptor = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
      guard descriptor >= 0 else { return nil }
      _ = inotify_add_watch(descriptor, home.files, ofFiles)
      _ = inotify_add_watch(descriptor, home.path, ofHome)
      store.ownNames.withLock { $0.watch() }
      // Sources may be used from any thread, although their type does not say so.
      nonisolated(unsafe) let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
      source.setEventHandler { [weak store] in
        source.suspend()
        defer { queue.asyncAfter(deadline: .now() + .milliseconds(HomeStore.rest)) { source.resume() } }
        var events = [UInt8](repeating: 0, count: 64 * 1024)
        var isNews = false
        while case let count = read(descriptor, &events, events.count), count > 0 {
          let read = events[..<count]
          if store?.ownNames.withLock({ !areOwn(read, &$0) }) ?? true { isNews = true }
        }
        guard isNews else { return }
        // If the folder was created again, this is a new watch; if not, it changes nothing.
        _ = inotify_add_watch(descriptor, home.files, ofFiles)
        report()
      }
      source.setCancelHandler { close(descriptor) }
      return source
    }

    /// Whether all of these events are that files of our own got their names. If not, it does not matter what has
    /// happened, since a scan compares everything.
    private static func areOwn(_ events: ArraySlice<UInt8>, _ names: inout OwnNames) -> Bool {
      events.withUnsafeBytes { bytes in
        var areOwn = true
        var offset = 0
        while offset + MemoryLayout<inotify_event>.size <= bytes.count {
          let event = bytes.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
          offset += MemoryLayout<inotify_event>.size
          // The system fills a name up with zeros.
          let name = bytes[offset..<offset + Int(event.len)].prefix { $0 != 0 }
          offset += Int(event.len)
          if event.mask != UInt32(IN_CREATE) || !names.take(Array(name)) { areOwn = false }
        }
        return areOwn
      }
    }
  #endif
}
