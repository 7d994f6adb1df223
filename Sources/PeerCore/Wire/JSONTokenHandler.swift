/// What a tokenizer reports of the JSON that it reads, as it reads it. Strings come in pieces, so that nothing has to
/// be held in memory to be seen: `beginString`, any number of `stringRun` and `stringEscape`, `endString`.
protocol JSONTokenHandler {
  /// - Parameter offset: the position of its bracket, counted from the beginning of the connection.
  mutating func beginObject(at offset: Int) throws(WireError)
  mutating func endObject(at offset: Int) throws(WireError)
  mutating func beginArray() throws(WireError)
  mutating func endArray() throws(WireError)
  /// - Parameter isKey: whether the string names a member of the innermost object.
  mutating func beginString(isKey: Bool) throws(WireError)
  /// A part of a string without escapes. It need not consist of whole UTF-8 sequences.
  mutating func stringRun(_ bytes: UnsafeRawBufferPointer) throws(WireError)
  /// One whole escape as it is written, such as `\n` or `\u0041`.
  mutating func stringEscape(_ bytes: UnsafeRawBufferPointer) throws(WireError)
  mutating func endString() throws(WireError)
  /// A number, `true`, `false`, `null`, or Python's `NaN`, `Infinity` or `-Infinity`, as it is written.
  mutating func scalar(_ bytes: UnsafeRawBufferPointer) throws(WireError)
  /// Whether what follows the value that has just ended is not JSON, and not for the tokenizer to read.
  var isSatisfied: Bool { get }
}

extension JSONTokenHandler {
  var isSatisfied: Bool { false }
}
