/// Reads a sequence of JSON values, however the bytes are split (PROTOCOL.md, "What is out there": splits, end of
/// message). It takes time linear in the number of bytes, and memory bounded by the longest number and the nesting. A
/// value must be an object or an array; it ends with its last bracket.
///
/// It is tolerant where that is safe: unescaped control characters and invalid UTF-8 inside strings pass, and so do
/// Python's `NaN` and `Infinity`, and a byte order mark or NULs between values.
struct JSONTokenizer {
  private enum State {
    case betweenValues
    case value
    /// Right after `[`: a value or `]`.
    case firstElement
    /// Right after `{`: a key or `}`.
    case firstKey
    case key
    case colon
    case afterValue
    case string
    /// Inside an escape, whose bytes so far are in `pending`.
    case escape
    /// Inside a number or literal, whose bytes so far are in `pending`.
    case scalar
  }

  private let limits: Limits
  private var state = State.betweenValues
  /// The open containers, the outermost in the lowest bit: 1 for an object, 0 for an array.
  private var objects: UInt64 = 0
  private(set) var depth = 0
  private var stringIsKey = false
  private var pending: [UInt8] = []
  /// Bytes read on this connection.
  private(set) var offset = 0
  /// Where the current top-level value began.
  private(set) var valueStart = 0

  init(limits: Limits) {
    precondition(limits.nesting <= 64)
    self.limits = limits
  }

  /// Whether no value is open, so that the end of the connection would truncate nothing.
  var isBetweenValues: Bool { state == .betweenValues }

  /// - Returns: how many bytes were read: all of them, unless the handler was satisfied after a value.
  @discardableResult
  mutating func read(
    _ bytes: UnsafeRawBufferPointer, _ handler: inout some JSONTokenHandler
  ) throws(WireError) -> Int {
    var index = 0
    while index < bytes.count {
      let start = index
      switch state {
      case .string: try readString(bytes, &index, &handler)
      case .escape: try readEscape(bytes, &index, &handler)
      case .scalar: try readScalar(bytes, &index, &handler)
      default:
        try readStructure(bytes[index], &handler)
        index += 1
      }
      offset += index - start
      if state == .betweenValues, handler.isSatisfied { break }
    }
    return index
  }

  // MARK: Structure

  private mutating func readStructure(
    _ byte: UInt8, _ handler: inout some JSONTokenHandler
  ) throws(WireError) {
    if byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { return }
    switch state {
    case .betweenValues: try beginTopLevel(byte, &handler)
    case .value: try beginValue(byte, &handler)
    case .firstElement:
      if byte == UInt8(ascii: "]") { return try close(&handler) }
      try beginValue(byte, &handler)
    case .firstKey:
      if byte == UInt8(ascii: "}") { return try close(&handler) }
      try beginKey(byte, &handler)
    case .key: try beginKey(byte, &handler)
    case .colon:
      guard byte == UInt8(ascii: ":") else { throw malformed(byte, expected: "':'") }
      state = .value
    case .afterValue: try separator(byte, &handler)
    case .string, .escape, .scalar: preconditionFailure("handled by read")
    }
  }

  private mutating func beginTopLevel(
    _ byte: UInt8, _ handler: inout some JSONTokenHandler
  ) throws(WireError) {
    switch byte {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      valueStart = offset
      try beginValue(byte, &handler)
    case 0x00, 0xEF, 0xBB, 0xBF: return
    default: throw malformed(byte, expected: "'{' or '['")
    }
  }

  private mutating func beginValue(
    _ byte: UInt8, _ handler: inout some JSONTokenHandler
  ) throws(WireError) {
    switch byte {
    case UInt8(ascii: "{"):
      try open(isObject: true)
      state = .firstKey
      try handler.beginObject(at: offset)
    case UInt8(ascii: "["):
      try open(isObject: false)
      state = .firstElement
      try handler.beginArray()
    case UInt8(ascii: "\""):
      stringIsKey = false
      state = .string
      try handler.beginString(isKey: false)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "t"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "I"):
      pending.removeAll(keepingCapacity: true)
      pending.append(byte)
      state = .scalar
    default: throw malformed(byte, expected: "a value")
    }
  }

  private mutating func beginKey(
    _ byte: UInt8, _ handler: inout some JSONTokenHandler
  ) throws(WireError) {
    guard byte == UInt8(ascii: "\"") else { throw malformed(byte, expected: "a member's name") }
    stringIsKey = true
    state = .string
    try handler.beginString(isKey: true)
  }

  private mutating func separator(
    _ byte: UInt8, _ handler: inout some JSONTokenHandler
  ) throws(WireError) {
    switch (byte, innermostIsObject) {
    case (UInt8(ascii: ","), true): state = .key
    case (UInt8(ascii: ","), false): state = .value
    case (UInt8(ascii: "}"), true), (UInt8(ascii: "]"), false): try close(&handler)
    case (_, true): throw malformed(byte, expected: "',' or '}'")
    case (_, false): throw malformed(byte, expected: "',' or ']'")
    }
  }

  private var innermostIsObject: Bool { objects & (1 << UInt64(depth - 1)) != 0 }

  private mutating func open(isObject: Bool) throws(WireError) {
    guard depth < limits.nesting else { throw .tooLarge("nesting", limit: limits.nesting) }
    let bit: UInt64 = 1 << UInt64(depth)
    objects = isObject ? objects | bit : objects & ~bit
    depth += 1
  }

  private mutating func close(_ handler: inout some JSONTokenHandler) throws(WireError) {
    let wasObject = innermostIsObject
    depth -= 1
    state = depth == 0 ? .betweenValues : .afterValue
    if wasObject { try handler.endObject(at: offset) } else { try handler.endArray() }
  }

  // MARK: Strings

  private mutating func readString(
    _ bytes: UnsafeRawBufferPointer, _ index: inout Int, _ handler: inout some JSONTokenHandler
  ) throws(WireError) {
    let start = index
    Self.skipPlain(bytes, &index)
    if index > start {
      try handler.stringRun(UnsafeRawBufferPointer(rebasing: bytes[start..<index]))
    }
    guard index < bytes.count else { return }
    if bytes[index] == 0x22 {
      state = stringIsKey ? .colon : .afterValue
      try handler.endString()
    } else {
      pending.removeAll(keepingCapacity: true)
      pending.append(0x5C)
      state = .escape
    }
    index += 1
  }

  /// Sets the highest bit of each byte that is zero, and perhaps of some bytes above such a one.
  @inline(__always)
  private static func zeroBytes(_ words: SIMD4<UInt64>) -> SIMD4<UInt64> {
    (words &- SIMD4(repeating: 0x0101_0101_0101_0101)) & ~words & SIMD4(repeating: 0x8080_8080_8080_8080)
  }

  /// Moves the index on to the next quote or backslash. It looks at many bytes at a time, since each byte of a file
  /// passes here as two digits.
  private static func skipPlain(_ bytes: UnsafeRawBufferPointer, _ index: inout Int) {
    let quotes = SIMD4<UInt64>(repeating: 0x2222_2222_2222_2222)
    let backslashes = SIMD4<UInt64>(repeating: 0x5C5C_5C5C_5C5C_5C5C)
    while index + 32 <= bytes.count {
      let piece = bytes.loadUnaligned(fromByteOffset: index, as: SIMD4<UInt64>.self)
      let found = zeroBytes(piece ^ quotes) | zeroBytes(piece ^ backslashes)
      if found[0] | found[1] | found[2] | found[3] != 0 { break }
      index += 32
    }
    while index < bytes.count, bytes[index] != 0x22, bytes[index] != 0x5C { index += 1 }
  }

  private mutating func readEscape(
    _ bytes: UnsafeRawBufferPointer, _ index: inout Int, _ handler: inout some JSONTokenHandler
  ) throws(WireError) {
    let byte = bytes[index]
    if pending.count == 1 {
      guard "\"\\/bfnrtu".utf8.contains(byte) else { throw malformed(byte, expected: "an escape") }
    } else if hexDigitValue(byte) == nil {
      throw malformed(byte, expected: "a hex digit")
    }
    pending.append(byte)
    index += 1
    guard pending[1] != UInt8(ascii: "u") || pending.count == 6 else { return }
    state = .string
    let escape = pending
    try escape.span.withUnsafeBytes { (raw) throws(WireError) in try handler.stringEscape(raw) }
  }

  // MARK: Numbers and literals

  private mutating func readScalar(
    _ bytes: UnsafeRawBufferPointer, _ index: inout Int, _ handler: inout some JSONTokenHandler
  ) throws(WireError) {
    let start = index
    while index < bytes.count, Self.continuesScalar(bytes[index]) {
      guard pending.count < limits.numberBytes else {
        throw .tooLarge("a number", limit: limits.numberBytes)
      }
      pending.append(bytes[index])
      index += 1
    }
    guard index < bytes.count else { return }
    guard JSONScalar.isValid(pending) else {
      throw .malformed("not a number or literal", at: offset + index - start - pending.count)
    }
    state = .afterValue
    let scalar = pending
    try scalar.span.withUnsafeBytes { (raw) throws(WireError) in try handler.scalar(raw) }
  }

  private static func continuesScalar(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
      true
    default: false
    }
  }

  private func malformed(_ byte: UInt8, expected: String) -> WireError {
    let shown = (0x21...0x7E).contains(byte) ? "'\(Unicode.Scalar(byte))'" : "byte \(byte)"
    return .malformed("\(shown) where \(expected) was expected", at: offset)
  }
}
