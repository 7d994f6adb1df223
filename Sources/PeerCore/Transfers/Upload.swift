/// A file, or a part of it, on its way to another peer.
struct Upload {
  enum Cause: Equatable {
    /// A GET_FILE has come on that connection.
    case request(ConnectionID, GetFile)
    /// A file that was pushed here is replicated to that peer.
    case replication(Endpoint)
  }

  let number: UInt64
  let file: FileID
  let peer: String
  /// The address that it goes to, numeric if that is known. Slots are shared out by address.
  let address: String
  let cause: Cause
  var isRunning = false
  var bytes: UInt64 = 0
  let total: UInt64
  var meter = RateMeter(at: 0)

  func view(name: String) -> TransferView {
    TransferView(
      number: number, direction: .up, file: file, fileName: name, peer: peer,
      state: isRunning ? .active : .queued, bytes: bytes, total: total,
      rate: isRunning ? meter.rate : 0, tries: 1, holders: 1)
  }
}
