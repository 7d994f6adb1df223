import NIOCore

/// The bounds of connections, each with its reason (PROTOCOL.md, "Protection").
struct NetworkLimits: Sendable {
  /// Accepted connections at once.
  var connections = 1_024
  /// Accepted connections at once from one address, or one network of IPv6. Loopback is exempt.
  var connectionsPerAddress = 64
  /// How long it may take to open a connection.
  var connectTimeout = TimeAmount.seconds(5)
  /// How long a peer may send nothing while we wait for it.
  var idleTimeout = TimeAmount.seconds(15)
  /// How long a connection is kept for the next request.
  var keepAlive = TimeAmount.seconds(30)
  /// Connections that we have opened and keep for the next request: a few to each of the holders in use.
  var keptConnections = 64
  /// How long a holder may take to hash the blocks of a file: 16 GiB take ten seconds, and on a slow disk ten times
  /// that.
  var hashingTimeout = TimeAmount.seconds(120)
  /// The time in which a transfer has to move `leastProgress` bytes.
  var progressWindow = TimeAmount.seconds(60)
  /// The fewest bytes that a transfer may move in `progressWindow`: 4 KiB/s over a minute.
  var leastProgress = 60 * 4_096
  /// Bytes of a file that are read, encoded and written at once. As hex they are twice as many, which must leave within
  /// `progressWindow`: that is the least rate of an upload.
  var chunk = 128 * 1024
  /// The most bytes of a file that are sent raw at once, to a reader that takes them within a moment.
  var largestPiece = 4 << 20
  /// Messages that are on their way at once.
  var sends = 64
  /// Messages that wait for their turn. A round of gossip to every tracked peer fits.
  var waitingSends = 8_192
  /// Connections of delivered messages that wait for the other side to close first; further ones do not wait.
  var lingering = 256
  /// Files that nobody asked for and that arrive at once.
  var pushes = 16
  /// Bytes of the receive buffer of a download's connection. Some peers send only what the socket takes at once; a
  /// large window lets more of their files through.
  var receiveBuffer = 8 << 20
  /// Bytes of the receive buffers of all downloads together: when a sender has closed, all that its window holds comes
  /// into memory at once.
  var receiveBuffers = 12 << 20
  /// Bytes that a connection gets when others have taken up `receiveBuffers`.
  var leastReceiveBuffer = 64 << 10
  /// Bytes of the receive buffer of an accepted connection, which may be a stranger's.
  var acceptedReceiveBuffer = 1 << 20
  /// The most bytes that are taken from a socket at once. About four times as many are in memory for a connection.
  private let largestRead = 512 << 10
  private let leastRead = 64 << 10
  /// Bytes that the unfinished messages of all connections may take up together: four of the largest.
  var heldBytes = 256 << 20

  /// How many bytes to take at once from a socket with a receive buffer of so many bytes. To take many at once wakes
  /// threads less often, but pays off only where much comes in.
  func read(ofBuffer bytes: Int) -> Int { min(max(bytes / 8, leastRead), largestRead) }
}
