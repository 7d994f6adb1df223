import NIOPosix

/// The threads that move bytes between sockets and memory.
enum EventLoops {
  /// Those of downloads and of accepted connections, which may become uploads.
  static let transfers = MultiThreadedEventLoopGroup.singleton
  /// The one that accepts connections and sends messages, which are few and small, so that they do not queue behind the
  /// pieces of files. It lives as long as the process, as the singleton does.
  static let messages = MultiThreadedEventLoopGroup(numberOfThreads: 1)
}
