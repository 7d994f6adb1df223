import Testing
import WireProperties

@testable import PeerCore

/// PROTOCOL.md, "Messages" and "What is out there".
@Suite struct DecoderTests {
  static let hex = FileIDTests.hex
  static let id = FileID(hex: hex)!
  static let file =
    #""file_name": "a.txt", "file_size": 0.17, "file_id": "\#(hex)", "file_owner": "ann", "file_timestamp": 1744007783.0"#
  static let entry = FileEntry(
    id: id, name: "a.txt", owner: "ann", timestamp: Lexeme(json: "1744007783.0"), size: Lexeme(json: "0.17"))
  static let origin = Endpoint(host: "hawk", port: 8270)

  // MARK: GOSSIP

  @Test(arguments: ["8270", "\"8270\"", "8270.0"])
  func `a port may be a number or a text`(port: String) throws {
    let text = #"{"type":"GOSSIP","host":"hawk","port":\#(port),"id":"x","peerId":"ann"}"#
    #expect(
      try message(text)
        == .gossip(Gossip(origin: Self.origin, peerID: PeerID("ann"), id: "x", raw: Array(text.utf8))))
  }

  @Test(arguments: ["", #","peerId":null"#, #","peerId":"""#])
  func `a peer without an id is called by its address`(member: String) throws {
    let reply = try message(#"{"type":"GOSSIP_REPLY","host":"hawk","port":8270\#(member),"files":[]}"#)
    #expect(reply == .gossipReply(GossipReply(origin: Self.origin, peerID: PeerID("hawk:8270"), files: [])))
  }

  @Test(arguments: [
    #""host":"hawk""#, #""port":1"#, #""host":"hawk","port":0"#, #""host":"hawk","port":65536"#,
    #""host":"","port":1"#, #""host":"a b","port":1"#, #""host":null,"port":1"#,
    #""host":"hawk","port":"x""#, #""host":"hawk","port":1.5"#, #""host":["hawk"],"port":1"#,
    #""host":"a\u001b[31m","port":1"#, #""host":"hawk","port":"Infinity""#,
  ])
  func `without a usable address there is nobody to track`(members: String) throws {
    #expect(
      try message(#"{"type":"GOSSIP","id":"x",\#(members)}"#)
        == .invalid(type: .gossip, why: "no usable host and port"))
  }

  @Test func `a gossip is kept exactly as it came`() throws {
    let raw =
      #"{ "zz" : [1,{"a":[]}],"type":"GOSSIP", "host":"hawk","port" : 8270 ,"id":"x\/y","peerId":"é"}"#
    let kept = raw.replacing("é", with: #"\u00e9"#)
    for text in [raw, "  \n" + raw + "\n", "[" + raw + "]", "[ " + raw + " , 1]", raw + raw] {
      for size in [1, 7, 1000] {
        let found = try decode(pieces: Array(text.utf8).pieces(of: size)).messages
        guard case .gossip(let gossip) = found.first else {
          Issue.record("no gossip in \(text)")
          return
        }
        #expect(String(decoding: gossip.raw, as: UTF8.self) == kept)
        #expect(gossip.id == "x/y")
        #expect(gossip.peerID.text == "é")
      }
    }
  }

  /// Gossip may name as a peer what is none, such as a database on this machine that reads lines of commands.
  @Test func `a gossip is passed on as one line`() throws {
    let raw =
      "{\"type\":\"GOSSIP\",\r\n\t\"host\":\"h\",\"port\":1,\"id\":\"1\","
      + "\"x\":\"\\\\\r\nFLUSHALL\r\n\\\"\u{7F}\",\n\"y\":1}"
    let line =
      #"{"type":"GOSSIP",   "host":"h","port":1,"id":"1","x":"\\\u000d\u000aFLUSHALL\u000d\u000a\"\u007f", "y":1}"#
    guard case .gossip(let gossip)? = try message(raw) else {
      Issue.record("no gossip")
      return
    }
    #expect(String(decoding: gossip.raw, as: UTF8.self) == line)
  }

  // MARK: Files

  @Test func `a reply lists files`() throws {
    let second = Self.hex.replacing("e", with: "0").uppercased()
    let reply = try message(
      """
      {"type":"GOSSIP_REPLY","host":"hawk","port":8270,"peerId":"ann","files":[
        {\(Self.file), "peers_with_file":["x",{"file_id":"y"}], "hasCopy":true},
        {"file_id":"\(second)","file_size_bytes":17,"file_timestamp":null,"data":"ff"},
        {"file_id":"not a hash"}, 5, null, ["x"], {} ]}
      """)
    let other = FileEntry(id: FileID(hex: second)!, name: "", owner: "", timestamp: .null, sizeBytes: 17)
    #expect(
      reply
        == .gossipReply(
          GossipReply(
            origin: Self.origin, peerID: PeerID("ann"), files: [Self.entry, other], unusable: 2)))
  }

  @Test func `an announcement names who and what`() throws {
    #expect(
      try message(#"{"type":"ANNOUNCE","from":"bob",\#(Self.file),"peers":{"a":{"b":[]}}}"#)
        == .announce(Announce(from: PeerID("bob"), file: Self.entry)))
    #expect(
      try message(#"{"type":"ANNOUNCE",\#(Self.file)}"#)
        == .announce(Announce(from: nil, file: Self.entry)))
    #expect(
      try message(#"{"type":"ANNOUNCE","from":"bob"}"#)
        == .invalid(type: .announce, why: "no usable file_id"))
  }

  @Test func `a request names a file`() throws {
    #expect(
      try message(#"{"type":"GET_FILE","file_id":"\#(Self.hex.uppercased())"}"#)
        == .getFile(GetFile(file: Self.id)))
    #expect(try message(#"{"type":"GET_FILE","file_id":"../x"}"#) == .getFile(GetFile(file: nil)))
  }

  @Test func `a delete names who and what`() throws {
    #expect(
      try message(#"{"type":"DELETE","from":"ann","file_id":"\#(Self.hex)"}"#)
        == .delete(Delete(from: PeerID("ann"), file: Self.id)))
    #expect(
      try message(#"{"type":"DELETE","file_id":"\#(Self.hex)"}"#) == .invalid(type: .delete, why: "no from"))
    #expect(
      try message(#"{"type":"DELETE","from":"ann"}"#) == .invalid(type: .delete, why: "no usable file_id"))
  }

  @Test(arguments: [#"{"type":"PING"}"#, "{}", #"{"type":5}"#, #"{"type":{"type":"GOSSIP"}}"#])
  func `other types are reported as unknown`(text: String) throws {
    guard case .unknown = try message(text) else {
      Issue.record("known: \(text)")
      return
    }
  }

  @Test func `of repeated members the last counts`() throws {
    #expect(
      try message(#"{"type":"X","type":"GET_FILE","file_id":null,"file_id":"\#(Self.hex)"}"#)
        == .getFile(GetFile(file: Self.id)))
  }

  // MARK: FILE_DATA

  @Test func `a file's data is passed on, wherever it stands in the message`() throws {
    for text in [
      #"{"type":"FILE_DATA",\#(Self.file),"data":"68656C6c6f"}"#,
      #"{"data":"68656C6c6f","type":"FILE_DATA",\#(Self.file)}"#,
      #"{\#(Self.file),"data":"68656C6c6f","type":"FILE_DATA"}"#,
    ] {
      for size in [1, 2, 3, 5, 1000] {
        let found = try decode(pieces: Array(text.utf8).pieces(of: size))
        #expect(found.dataText == "68656C6c6f")
        #expect(found.dataBegins == 1)
        #expect(
          found.messages == [
            .fileData(
              FileData(
                id: Self.id, name: "a.txt", owner: "ann", timestamp: Lexeme(json: "1744007783.0"),
                size: Lexeme(json: "0.17"), hasData: true))
          ])
      }
    }
  }

  @Test(arguments: ["", "f", "ff", "null0", "nulls", "nul", "ffff", "fffff", "ffffff"])
  func `data of any length is data`(hex: String) throws {
    let found = try decode(#"{"type":"FILE_DATA","file_id":"\#(Self.hex)","data":"\#(hex)"}"#)
    #expect(found.dataText == hex)
    #expect(found.dataBegins == 1)
  }

  @Test(arguments: [
    #"\u0061bcdef0123"#, #"abc\u0064ef0123"#, #"abcde\u00660123"#,
    #"\u0061\u0062\u0063\u0064\u0065\u0066\u0030123"#,
  ])
  func `escapes in data are read`(data: String) throws {
    let bytes = Array(#"{"type":"FILE_DATA","data":"\#(data)"}"#.utf8)
    for size in [1, 3, 8, 1000] {
      #expect(try decode(pieces: bytes.pieces(of: size)).dataText == "abcdef0123")
    }
  }

  @Test(arguments: [
    #""file_name":null,"file_size":null,"file_id":null,"file_owner":null,"file_timestamp":null,"data":null"#,
    #""file_name":"null","file_size":"null","file_id":"null","file_owner":"null","file_timestamp":"null","data":"null""#,
    #""file_id":"\#(hex)","data":null"#, #""file_id":"\#(hex)","data":"null""#, #""file_id":"\#(hex)""#,
    #""file_id":null,"file_size":0"#, #""file_id":"\#(hex)","data":"None""#,
    #""file_id":"\#(hex)","data":["ff"]"#, #""file_id":"\#(hex)","data":5"#, #""file_id":null,"data":"""#,
    #""file_id":"\#(hex)","data":"n\u0075ll""#,
  ])
  func `every way to say "not found" is understood`(members: String) throws {
    for type in [#"{"type":"FILE_DATA",\#(members)}"#, #"{\#(members),"type":"FILE_DATA"}"#] {
      guard case .fileData(let data) = try message(type) else {
        Issue.record("no FILE_DATA")
        return
      }
      #expect(data.isNotFound)
    }
  }

  @Test func `data of other messages is ignored`() throws {
    let found = try decode(#"{"type":"GET_FILE","file_id":"\#(Self.hex)","data":"ff"}"#)
    #expect(found.dataBegins == 0)
    #expect(found.messages == [.getFile(GetFile(file: Self.id))])
  }

  // MARK: Several values, splits

  @Test(arguments: ["", "\n", "\r\n", " \t\n", "\0", "\u{FEFF}"])
  func `several values on a connection are several messages`(separator: String) throws {
    let one = #"{"type":"GET_FILE","file_id":"\#(Self.hex)"}"#
    let text = separator + one + separator + "[" + one + "," + one + "]" + separator + one + separator
    #expect(try messages(text) == .init(repeating: .getFile(GetFile(file: Self.id)), count: 4))
  }

  @Test func `a message is complete with its last bracket`() throws {
    var decoder = MessageDecoder(limits: Limits(), sink: Collector())
    let bytes = Array(#"{"type":"GET_FILE","file_id":"\#(Self.hex)"}"#.utf8)
    try bytes.span.withUnsafeBytes { raw in try decoder.read(raw) }
    #expect(decoder.sink.messages.count == 1)
    #expect(decoder.isBetweenMessages)
  }

  @Test func `a decoder of one message leaves what follows it`() throws {
    let one = Array(#"{"type":"GET_FILE","file_id":"\#(Self.hex)"}"#.utf8)
    let raw =
      MessageEncoder.fileData(.file(1), raw: RawPart(offset: 0, length: 5, size: 5)!) + Array("hello".utf8)
    for first in [one, Array("[".utf8) + one + Array("]".utf8), raw, Array("\n".utf8) + one] {
      for size in [1, 3, 4_096] {
        var decoder = MessageDecoder(limits: Limits(), sink: Collector())
        var count = 0
        for piece in (first + raw + one).pieces(of: size)
        where decoder.sink.messages.isEmpty || !decoder.isBetweenMessages {
          count += try Array(piece).span.withUnsafeBytes { bytes in try decoder.readMessage(bytes) }
        }
        #expect(count == first.count)
        #expect(decoder.sink.messages.count == 1)
      }
    }
  }

  /// Every kind of token, with escapes, surrogates, multi-byte text, numbers and nesting.
  static let everything = Array(
    """
    \u{FEFF}[{"type":"GOSSIP","host":"hawk","port":8270,"id":"\\ud83d\\ude00","peerId":"漢é😀","x":[[{"y":-1.5e+10}]]}]
    {"type":"GOSSIP_REPLY","port":"8270","files":[{\(file)},{"file_id":"\(hex)","file_timestamp":"Sun\\u0020\\"J"}],"host":"hawk"}
    {"data":"6865","file_id":"\(hex)","type":"FILE_DATA","n":NaN,"t":true,"i":-Infinity}{}
    """.utf8)

  @Test func `a split anywhere changes nothing`() throws {
    let whole = try decode(Self.everything)
    #expect(whole.messages.count == 4)
    for place in 0...Self.everything.count {
      let pieces = [Self.everything[..<place], Self.everything[place...]]
      #expect(try decode(pieces: pieces) == whole, "split at \(place)")
    }
    for size in [1, 2, 3, 16] { #expect(try decode(pieces: Self.everything.pieces(of: size)) == whole) }
  }

  @Test func `large data passes through even byte by byte, and is not held`() throws {
    struct Counter: MessageSink {
      var count = 0
      mutating func message(_ message: Message) {}
      mutating func dataBegan(of file: FileID?) {}
      mutating func data(_ hex: UnsafeRawBufferPointer) { count += hex.count }
      mutating func raw(_ bytes: UnsafeRawBufferPointer) {}
    }
    var decoder = MessageDecoder(limits: Limits(), sink: Counter())
    func read(_ text: String) throws {
      for byte in text.utf8 { try withUnsafeBytes(of: byte) { raw in try decoder.read(raw) } }
    }
    try read(#"{"type":"FILE_DATA","data":""#)
    let chunk = String(repeating: "0f", count: 2500)
    for _ in 0..<1000 { try read(chunk) }
    try read("\"}")
    #expect(decoder.sink.count == 5_000_000)
    #expect(decoder.isBetweenMessages)
    #expect(decoder.heldBytes < 1024)
  }

  // MARK: Errors

  @Test(arguments: [
    "x", "5", "\"a\"", "null", "}", "{]", "[}", "{,}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "[1,]",
    "{\"a\" 1}",
    "{\"a\":1 \"b\":2}", "[1 2]", "{a:1}", "{\"a\":tru}", "{\"a\":01}", "{\"a\":1.}", "{\"a\":-}",
    "{\"a\":1e}",
    "{\"a\":.5}", "{\"a\":+1}", "{\"a\":0x10}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12g4\"}", "{'a':1}",
    "GET / HTTP/1.1\r\n",
    "{\"a\":nulll}", "{\"a\":1-2}", "{\"a\":infinity}", "\u{16}\u{03}\u{01}",
  ])
  func `what is not JSON is malformed`(text: String) {
    let bytes = Array(text.utf8)
    for size in [1, 100] {
      #expect {
        try decode(pieces: bytes.pieces(of: size))
      } throws: {
        if case .malformed = $0 as? WireError { true } else { false }
      }
    }
  }

  @Test func `a second "data" is malformed`() {
    #expect(throws: WireError.malformed("a second data", at: 1)) {
      try decode(#" {"type":"FILE_DATA","data":"00","data":"11"}"#)
    }
  }

  @Test func `a malformed message is reported with its place`() {
    #expect(throws: WireError.malformed("'x' where ':' was expected", at: 5)) { try decode(#"{"a" x"#) }
  }

  @Test func `a cut anywhere inside a value is a truncation`() throws {
    let bytes = Array(#"{"type":"FILE_DATA","file_size":12,"data":"0a\u0030","x":[true]}"#.utf8)
    for count in 1..<bytes.count {
      #expect(throws: WireError.truncated(after: count)) { try decode(Array(bytes[..<count])) }
    }
    #expect(try decode([]).messages.isEmpty)
  }

  // MARK: Bounds

  func expectTooLarge(
    _ text: String, _ limits: Limits = Limits(), sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for size in [1, 64, 1 << 20] {
      #expect(sourceLocation: sourceLocation) {
        _ = try decode(pieces: Array(text.utf8).pieces(of: size), limits: limits)
      } throws: {
        if case .tooLarge = $0 as? WireError { true } else { false }
      }
    }
  }

  @Test func `texts are bounded`() throws {
    let limits = Limits { $0.textBytes = 100 }
    let fits = String(repeating: "x", count: 100)
    #expect(try decode(#"{"type":"\#(fits)"}"#, limits: limits).messages.count == 1)
    expectTooLarge(#"{"type":"\#(fits)x"}"#, limits)
    #expect(try decode(#"{"other":"\#(fits)x"}"#, limits: limits).messages.count == 1)
  }

  @Test func `an entry with a text that is too long is left out of its list`() throws {
    let limits = Limits { $0.textBytes = 100 }
    let long = String(repeating: "x", count: 101)
    for bad in [long, String(repeating: "x", count: 601), String(repeating: #"\u00e9"#, count: 51)] {
      let list = ["a", bad, "b"].map { #"{"file_id":"\#(FileID(1).hex)","file_name":"\#($0)"}"# }
      let text = #"{"type":"GOSSIP_REPLY","host":"h","port":1,"files":[\#(list.joined(separator: ","))]}"#
      for size in [1, 64, 1 << 20] {
        let found = try decode(pieces: Array(text.utf8).pieces(of: size), limits: limits).messages
        guard case .gossipReply(let reply)? = found.first else {
          Issue.record("no reply")
          return
        }
        #expect(reply.files.map(\.name) == ["a", "b"])
        #expect(reply.unusable == 1)
      }
    }
  }

  /// Whoever takes a text in writes it in ASCII, up to six times as long; one file that was made to be refused would
  /// cost a peer its whole list.
  @Test(arguments: ["x", "\u{7F}", "é", "界", "😀"]) func `whatever is taken in can be passed on`(
    character: String
  ) throws {
    let text = String(repeating: character, count: Limits().textBytes / character.utf8.count)
    let received = FileEntry(id: FileID(1), name: text, owner: text, timestamp: Lexeme(text: text))
    let origin = Endpoint(host: "h", port: 1)
    let raw =
      #"{"file_id":"\#(FileID(1).hex)","file_name":"\#(text)","file_owner":"\#(text)","file_timestamp":"\#(text)"}"#
    let sent = #"{"type":"GOSSIP_REPLY","host":"h","port":1,"files":[\#(raw)]}"#
    guard case .gossipReply(let first)? = try message(sent), let entry = first.files.first else {
      Issue.record("it is not taken in")
      return
    }
    #expect(entry.name == received.name && entry.timestamp.text == text)
    let list = MessageEncoder.gossipReply(from: origin, peerID: PeerID("a"), files: [entry])
    let announcement = MessageEncoder.announce(from: PeerID(text), file: entry)
    let data = MessageEncoder.fileData(entry, raw: try #require(RawPart(offset: 0, length: 0, size: 0)))
    for bytes in [list, announcement, data] { #expect(try decode(bytes).messages.count == 1) }
    guard case .gossipReply(let again)? = try decode(list).messages.first else {
      Issue.record("the list cannot be read")
      return
    }
    #expect(again.files.first?.name == text && again.files.first?.timestamp.text == text)
  }

  @Test func `bytes that are no text count as what is passed on for them`() throws {
    let limits = Limits { $0.textBytes = 99 }
    for (count, fits) in [(33, true), (34, false)] {
      let bytes = Array(#"{"type":""#.utf8) + [UInt8](repeating: 0xFF, count: count) + Array(#""}"#.utf8)
      #expect((try? decode(bytes, limits: limits)) != nil ? fits : !fits)
    }
  }

  @Test func `numbers are bounded`() throws {
    let limits = Limits { $0.numberBytes = 10 }
    #expect(try decode(#"{"port":1234567890}"#, limits: limits).messages.count == 1)
    expectTooLarge(#"{"port":12345678901}"#, limits)
    expectTooLarge(#"{"other":12345678901}"#, limits)
  }

  @Test func `nesting is bounded`() throws {
    let fits = #"{"a":"# + String(repeating: "[", count: 31) + String(repeating: "]", count: 31) + "}"
    #expect(try decode(fits).messages.count == 1)
    expectTooLarge(#"{"a":"# + String(repeating: "[", count: 32))
    expectTooLarge(String(repeating: "[", count: 33))
  }

  @Test(arguments: ["GOSSIP", "GET_FILE", "DELETE", "ANNOUNCE", "GOSSIP_REPLY", "FILE_DATA", "OTHER"])
  func `every type of message has a bound`(type: String) throws {
    let limits = Limits {
      $0.gossipBytes = 200
      $0.smallMessageBytes = 300
      $0.fileDataMetadataBytes = 400
      $0.replyBytes = 500
    }
    let bounds = ["GOSSIP": 200, "GET_FILE": 300, "DELETE": 300, "ANNOUNCE": 300, "FILE_DATA": 400]
    let bound = bounds[type] ?? 500
    func filled(to size: Int) -> String {
      let rest = #"{"type":"\#(type)","x":""}"#
      return rest.replacing(#""""#, with: "\"" + String(repeating: "y", count: size - rest.utf8.count) + "\"")
    }
    #expect(try decode(filled(to: bound), limits: limits).messages.count == 1)
    expectTooLarge(filled(to: bound + 1), limits)
  }

  @Test func `a file's data does not count as metadata`() throws {
    let limits = Limits { $0.fileDataMetadataBytes = 400 }
    let data = String(repeating: "00", count: 10_000)
    #expect(try decode(#"{"type":"FILE_DATA","data":"\#(data)"}"#, limits: limits).messages.count == 1)
  }

  @Test func `lists are bounded`() throws {
    let limits = Limits { $0.replyEntries = 3 }
    func list(_ count: Int) -> String {
      let files = (0..<count).map { #"{"file_id":"\#(FileID($0).hex)"}"# }.joined(separator: ",")
      return #"{"type":"GOSSIP_REPLY","host":"h","port":1,"files":[\#(files)]}"#
    }
    #expect(try decode(list(3), limits: limits).messages.count == 1)
    expectTooLarge(list(4), limits)
  }

  @Test func `what stands between messages is bounded`() {
    let limits = Limits {
      $0.replyBytes = 1000
      $0.gossipBytes = 1000
    }
    expectTooLarge(String(repeating: " ", count: 3000), limits)
    expectTooLarge("[" + String(repeating: "1,", count: 3000), limits)
    expectTooLarge("[[\"" + String(repeating: "x", count: 3000), limits)
  }
}
