import NIOCore

/// The bounds of connections, each with its reason (PROTOCOL.md, "Protection").
struct NetworkLimits: Sendable {
  /// Accepted connections at once.
  var connections = 1_024
  /// Of these from one address; loopback is exempt.
  var connectionsPerAddress = 64
  var connectTimeout = TimeAmount.seconds(5)
  /// Without a byte from a peer that we wait for.
  var idleTimeout = TimeAmount.seconds(15)
  /// Without a request on a connection that is kept for the next one.
  var keepAlive = TimeAmount.seconds(30)
  /// Kept connections that we have opened: a few to each of the holders in use.
  var keptConnections = 64
  /// Until a holder has hashed the blocks of a file: 16 GiB take ten seconds, and a slow disk ten times that.
  var hashingTimeout = TimeAmount.seconds(120)
  /// A transfer moves at least `leastProgress` bytes in this time: 4 KiB/s over a minute.
  var progressWindow = TimeAmount.seconds(60)
  var leastProgress = 60 * 4_096
  /// Bytes of a file read, encoded and written at once. Twice as much goes to the socket, and must leave
  /// within `progressWindow`, so that it is also the least rate of an upload.
  var chunk = 128 * 1024
  /// Bytes of a file sent raw at once, to a reader that takes them within a moment.
  var largestPiece = 4 << 20
  /// Messages on their way at once, and waiting; a gossip round to every tracked peer fits.
  var sends = 64
  var waitingSends = 8_192
  /// Delivered messages whose connection waits for the other side to close; further ones do not wait.
  var lingering = 256
  /// Files that arrive unasked at once.
  var pushes = 16
  /// Some peers send only what the socket takes at once: a large window lets more of them through. When a
  /// sender has closed, all that its window holds comes into memory at once, so that all downloads together
  /// share `receiveBuffers`, and connections from strangers get less.
  var receiveBuffer = 8 << 20
  var receiveBuffers = 12 << 20
  /// What a connection gets when the others have taken their share.
  var leastReceiveBuffer = 64 << 10
  var acceptedReceiveBuffer = 1 << 20
  /// Bytes taken from a socket at once, at most; about four times as many are in memory for a connection.
  private let largestRead = 512 << 10
  private let leastRead = 64 << 10
  /// Bytes of messages being read that may be held at once over all connections: four of the largest.
  var heldBytes = 256 << 20

  /// Bytes to take at once from a socket with such a receive buffer. Many at once spare turns of threads, and are
  /// there only where much comes in.
  func read(ofBuffer bytes: Int) -> Int { min(max(bytes / 8, leastRead), largestRead) }
}
