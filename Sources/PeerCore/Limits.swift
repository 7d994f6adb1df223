/// Every bound of the core and of the wire, each with its reason.
public struct Limits: Sendable {
  /// Bytes of a GOSSIP, which is kept whole to be forwarded unchanged. Those of the network have less than 300; ours
  /// carry a few fields more.
  public var gossipBytes = 16 * 1024
  /// Bytes of a GET_FILE, GET_BLOCKS, DELETE or ANNOUNCE: room for four texts of 4 KiB, each byte of them escaped to
  /// six, and for the other fields.
  public var smallMessageBytes = 128 * 1024
  /// Bytes of a GOSSIP_REPLY: room for `replyEntries` of about 500 bytes each.
  public var replyBytes = 64 * 1024 * 1024
  /// Bytes of a FILE_DATA without its `data`.
  public var fileDataMetadataBytes = 128 * 1024
  /// File entries of one GOSSIP_REPLY. A longer list is refused whole.
  public var replyEntries = 131_072
  /// Files here above which none is taken unasked: however small, they would use up what a disk has for names, and a
  /// list of more than `replyEntries` is refused by all who read it.
  public var filesBeforePushes = 100_000
  /// Texts in one list of the extension. So many block hashes describe a file of 64 GiB; a larger one is fetched
  /// without a block list.
  public var listItems = 65_536
  /// Bytes of a single text in UTF-8, such as a file's name: the longest path that Linux takes.
  public var textBytes = 4 * 1024
  /// Characters of a number as it is written. A double needs 25, but Python passes on integers of 4,300.
  public var numberBytes = 5_000
  /// Objects and arrays inside one another. The network's messages have 3 levels.
  public var nesting = 32

  /// Tracked peers. When there are more, the one not heard from for longest makes room, of those that hold nothing if
  /// there are any. If so many gossip every 30 s, that is 137 messages a second.
  public var peers = 4_096
  /// Ids of GOSSIPs that are remembered as seen; the oldest makes room.
  public var gossipIDs = 65_536
  /// How long the id of a GOSSIP is remembered, in milliseconds: 10 minutes outlast any message that is still being
  /// forwarded.
  public var gossipIDAge: Int64 = 600_000
  /// Bytes of a GOSSIP's id. A longer one counts as none, so that the cache stays small. A UUID has 36.
  public var gossipIDBytes = 256
  /// Host names that are resolved at once. A further one is resolved when a DELETE from there makes it necessary.
  public var resolutions = 64
  /// Files in the catalogue. When there are more, those make room that are not here and have no holder, the oldest
  /// first.
  public var files = 1_000_000
  /// Bytes of the texts of all files in the catalogue, 260 a file where there are a million; what exceeds that makes
  /// room, or is not taken in, like files that are too many.
  public var catalogueTextBytes = 256 << 20
  /// Holders of one file. A further one is not recorded: a download needs a handful.
  public var holders = 256
  /// Tombstones of other peers' files, and as many of ours; the oldest makes room. Strangers cannot bring about ours,
  /// and so cannot drive them out.
  public var tombstones = 100_000
  /// Host names that are remembered as our own. A further one is found out anew each time.
  public var ownAliases = 64
  /// DELETEs that wait for a peer's host name to be resolved. A further one is refused.
  public var pendingDeletes = 256

  /// Milliseconds between two answers (replies and forwards) to one destination, which a stranger may have named.
  public var answerInterval: Int64 = 2_000
  /// Answers a second to all destinations together.
  public var answersPerSecond = 50
  /// Answers at once after a quiet time.
  public var answerBurst = 20
  /// Bytes of replies a second to all destinations together: a list of what is here may be a thousand times as long as
  /// the GOSSIP that asks for it.
  public var answerBytesPerSecond = 8 << 20
  /// Bytes of replies at once after a quiet time: the longest list.
  public var answerBytesBurst = 64 << 20
  /// Answers that wait for their turn. What exceeds that is dropped and counted.
  public var waitingAnswers = 1_024

  /// Milliseconds that a download waits for the same file to arrive unasked. A stranger may say that it comes and
  /// send it slowly, or never.
  public var pushPatience: Int64 = 10_000
  /// The most transfers of one direction that a user may let run at once.
  public var slots = 1_000
  /// The least bound that a user may set for all transfers of one direction together, in bytes a second: with less,
  /// each of them would count as too slow.
  public var leastRate: UInt64 = 4_096
  /// Bytes of a small file. A request and a decision take longer than its bytes: it shares a slot with others, is
  /// asked for while others are on their way, and kept in memory until it is whole.
  public var smallFile: UInt64 = 256 << 10
  /// Downloads of small files that share a slot.
  public var smallFilesInASlot = 8
  /// Downloads in the queue, running or waiting.
  public var queuedDownloads = 10_000
  /// Downloads whose bytes are all here and are being verified and kept; storage does that for many at once. No further
  /// download begins meanwhile.
  public var endingDownloads = 256
  /// Queued downloads that are looked at to see which holders they will need. More would take time and seldom matter.
  public var downloadsLookedAhead = 64
  /// Holders that give one file at once. A line that four do not fill is not filled by more.
  public var holdersAtOnce = 4
  /// Bytes that one of several holders is asked for at once: few enough for the file to come nearly in order. Hashing
  /// goes from its beginning to its end, and would otherwise be left for the last moment.
  public var largestPart: UInt64 = 64 << 20
  /// How many times as fast a holder must be to take over the part that hashing waits for.
  public var muchFaster = 4.0
  /// Bytes that a holder must have left for another one to take a share of them. With fewer, asking costs more than it
  /// gains.
  public var leastShare: UInt64 = 4 << 20
  /// Seconds that the last blocks may have taken, and may still take, before another holder is asked for them as well;
  /// a quarter of that if it is much faster.
  public var patienceWithLastBlocks = 0.25
  /// Milliseconds that several holders give a file before one of them is asked for its block list. Making the list
  /// takes the holder a second for each gigabyte, and a short transfer can as well be verified at its end.
  public var blockListPatience: Int64 = 3_000
  /// One upload slot in so many goes only to an address that has none, so that slow readers from one address leave some
  /// to others.
  public var reservedSlotShare = 4
  /// GET_FILEs that wait for an upload slot. When there are more, either the new one is told that the file is not here,
  /// or the newest of an address that has many more of them.
  public var waitingUploads = 256
  /// Rounds over all holders after which a download is given up.
  public var downloadRounds = 8
  /// The first wait between two rounds, in milliseconds. Each further one is twice as long.
  public var firstRetry: Int64 = 5_000
  /// The longest wait between two rounds, in milliseconds.
  public var longestRetry: Int64 = 300_000
  /// How long a transfer that has ended stays visible, in milliseconds.
  public var endedTransferAge: Int64 = 60_000
  /// How many transfers that have ended stay visible; the oldest makes room.
  public var endedTransfers = 50

  /// Lines of the log a second that other peers may cause. Further ones are left out and counted. With the burst, it is
  /// enough for a network of hundreds of peers that comes up at once.
  public var logLinesPerSecond = 20
  /// Such lines at once after a quiet time.
  public var logBurst = 500
  /// Lines of the log that are kept for the screen and the page.
  public var logLines = 2_000

  public init() {}
}
