import NIOPosix

/// The threads that move bytes between sockets and memory.
enum EventLoops {
  /// Of accepted connections, which may become uploads, and of downloads.
  static let transfers = MultiThreadedEventLoopGroup.singleton
  /// Of accepting connections and of messages that go out: they are few and small, and do not queue behind
  /// the pieces of files. For the life of the process, as the singleton.
  static let messages = MultiThreadedEventLoopGroup(numberOfThreads: 1)
}
