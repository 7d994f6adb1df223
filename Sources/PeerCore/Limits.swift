/// Every bound of the core and of the wire, each with its reason.
public struct Limits: Sendable {
  /// Bytes of a GOSSIP as received, kept whole to be forwarded unchanged. Those of the network are under
  /// 300; one of ours carries a few fields more.
  public var gossipBytes = 16 * 1024
  /// Bytes of a GET_FILE, DELETE or ANNOUNCE: four texts of 4 KiB, each escaped sixfold, and the other fields.
  public var smallMessageBytes = 128 * 1024
  /// Bytes of a GOSSIP_REPLY: `replyEntries` of about 600 bytes each.
  public var replyBytes = 64 * 1024 * 1024
  /// Bytes of a FILE_DATA without its `data`.
  public var fileDataMetadataBytes = 128 * 1024
  /// File entries of one GOSSIP_REPLY; a longer list is refused whole.
  public var replyEntries = 131_072
  /// Files here above which none is taken unasked: however small, they would use up what a disk has for names, and a
  /// list of more than `replyEntries` is refused by all who read it.
  public var filesBeforePushes = 100_000
  /// Texts of one list of the extension. As block hashes they describe a file of 64 GiB; a larger one is
  /// fetched without.
  public var listItems = 65_536
  /// Bytes of any one text in UTF-8, such as a file's name: the longest path that Linux takes.
  public var textBytes = 4 * 1024
  /// Characters of a number as written. A double needs 25, but Python passes on integers of 4,300.
  public var numberBytes = 5_000
  /// Containers inside one another. The network uses 3.
  public var nesting = 32

  /// Tracked peers; the one not heard from for longest makes room, of those that hold nothing if there are any.
  /// A reply names each at most once, and 4,096 peers that gossip every 30 s are 137 messages a second.
  public var peers = 4_096
  /// Ids of GOSSIPs seen, and for how long (milliseconds) they are remembered: 10 minutes outlast any
  /// message that is still being forwarded.
  public var gossipIDs = 65_536
  /// How long ids of GOSSIPs are remembered, in milliseconds.
  public var gossipIDAge: Int64 = 600_000
  /// Bytes of the id of a GOSSIP; a longer one counts as none, so that the cache stays small. A UUID has 36.
  public var gossipIDBytes = 256
  /// Host names being resolved at once; a further one is resolved when a DELETE from there needs it.
  public var resolutions = 64
  /// Files in the catalogue; one without a holder and not here, the oldest first, makes room.
  public var files = 1_000_000
  /// Bytes of the texts of all files in the catalogue, 260 a file where there are a million; what exceeds that makes
  /// room, or is not taken in, like files that are too many.
  public var catalogueTextBytes = 256 << 20
  /// Holders of one file; a further one is not recorded. A download needs a handful.
  public var holders = 256
  /// Tombstones of other peers' files, and of ours; the oldest makes room. Strangers cannot bring about ours, so that
  /// they cannot drive them out.
  public var tombstones = 100_000
  /// Host names remembered as meaning ourselves; further ones are found out again each time.
  public var ownAliases = 64
  /// DELETEs that wait for a peer's host name to be resolved; a further one is refused.
  public var pendingDeletes = 256

  /// Replies and forwards: at most one to a destination in this many milliseconds, …
  public var answerInterval: Int64 = 2_000
  /// … at most so many a second in all, with this burst, …
  public var answersPerSecond = 50
  /// Replies and forwards at once, after a quiet time.
  public var answerBurst = 20
  /// … with so many bytes of lists a second, after a burst of the largest one: a list of what is here is a
  /// thousand times as long as the GOSSIP that asks for it, …
  public var answerBytesPerSecond = 8 << 20
  public var answerBytesBurst = 64 << 20
  /// … and so many waiting; what exceeds that is dropped and counted.
  public var waitingAnswers = 1_024

  /// Milliseconds that a download waits for the same file to arrive unasked. A stranger may say that it comes and
  /// send it slowly, or never.
  public var pushPatience: Int64 = 10_000
  /// Transfers of a direction that a user may let run at once.
  public var slots = 1_000
  /// The least limit of all transfers of a direction, bytes a second: below, every one would count as too
  /// slow.
  public var leastRate: UInt64 = 4_096
  /// Bytes of a small file. A request and a decision take longer than its bytes: it shares a slot with others, is
  /// asked for while others are on their way, and kept in memory until it is whole.
  public var smallFile: UInt64 = 256 << 10
  /// Downloads of small files that share a slot.
  public var smallFilesInASlot = 8
  /// Downloads in the queue, running or waiting.
  public var queuedDownloads = 10_000
  /// Downloads whose bytes are all here and are being verified and kept: storage does that for many at once.
  public var endingDownloads = 256
  /// Waiting downloads that are looked at to see which holders they need; more cost time and seldom matter.
  public var downloadsLookedAhead = 64
  /// Holders that give one file at once. More fill no line that four do not fill.
  public var holdersAtOnce = 4
  /// Bytes asked of one of several holders at once: few enough for the file to come nearly in its order, since the hash
  /// goes from its beginning to its end and would otherwise be left for last.
  public var largestPart: UInt64 = 64 << 20
  /// How many times as fast a holder must be to take over what keeps the hash from going on.
  public var muchFaster = 4.0
  /// Bytes that a holder must have left to share them with another one: below, asking costs more than it
  /// gives.
  public var leastShare: UInt64 = 4 << 20
  /// Seconds that the last blocks may have taken, and may take yet, before another holder is asked for them
  /// too; a quarter of it where that one is much faster.
  public var patienceWithLastBlocks = 0.25
  /// Milliseconds that several holders give a file before one is asked for its block list: it takes the holder
  /// a second a gigabyte, and a short transfer is verified at its end as well.
  public var blockListPatience: Int64 = 3_000
  /// One upload slot in so many goes only to addresses that have none, so that slow readers from one address
  /// leave others some.
  public var reservedSlotShare = 4
  /// GET_FILEs that wait for an upload slot; a further one is told that the file is not here, or the newest of an
  /// address that has more of them.
  public var waitingUploads = 256
  /// Rounds over all holders before a download is given up.
  public var downloadRounds = 8
  /// The first wait between two rounds, in milliseconds; each next one is twice as long, …
  public var firstRetry: Int64 = 5_000
  /// … up to this.
  public var longestRetry: Int64 = 300_000
  /// Transfers that ended stay visible for so long (milliseconds), and so many of them.
  public var endedTransferAge: Int64 = 60_000
  /// How many of them.
  public var endedTransfers = 50

  /// Lines of the log that other peers cause: so many a second, with this burst; more are counted. A
  /// network of hundreds of peers that comes up at once fits in.
  public var logLinesPerSecond = 20
  /// Such lines at once, after a quiet time.
  public var logBurst = 500
  /// Lines of the log kept for the screen and the page.
  public var logLines = 2_000

  public init() {}
}
