import WireProperties

/// What libFuzzer calls with bytes of its own making (`make fuzz`).
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  if let broken = WireProperties.broken(by: bytes, splits: .atSomePlaces) { fatalError(broken) }
  return 0
}
