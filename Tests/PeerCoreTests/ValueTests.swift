import Testing

@testable import PeerCore

@Suite struct FileIDTests {
  static let hex = "eacb039852fa0661da92efbebe81979e93a7d2f7b41f50dc84157b8f93938015"

  @Test func `a file id is read from either case and written in lower`() {
    #expect(FileID(hex: Self.hex.uppercased())?.hex == Self.hex)
    #expect(FileID(hex: Self.hex)?.short == "eacb0398")
    #expect(FileID(hex: Self.hex).map { FileID(bytes: $0.bytes) } == FileID(hex: Self.hex))
  }

  @Test(arguments: ["", "null", "eacb", hex + "0", hex + "00", String(hex.dropLast()) + "g", " " + hex])
  func `a file id is exactly 64 hex digits`(text: String) { #expect(FileID(hex: text) == nil) }

  @Test func `file ids are ordered as their hex is`() {
    let ids = [FileID(3), FileID(1), FileID(256), FileID(2)]
    #expect(ids.sorted().map(\.hex) == ids.map(\.hex).sorted())
  }

  @Test(arguments: [0, 31, 33]) func `a file id is exactly 32 bytes`(count: Int) {
    #expect(FileID(bytes: [UInt8](repeating: 1, count: count)) == nil)
  }
}

@Suite struct EndpointTests {
  @Test(arguments: [
    ("localhost:8999", "localhost", 8999), ("[::1]:80", "::1", 80), ("10.0.0.1:65535", "10.0.0.1", 65535),
  ])
  func `an endpoint is read from host and port`(text: String, host: String, port: Int) {
    #expect(Endpoint(parsing: text) == Endpoint(host: host, port: port))
    #expect(Endpoint(parsing: text)?.description == text)
  }

  @Test(arguments: [
    "", "localhost", ":80", "a:", "a:0", "a:65536", "a:-1", "a:x", "::1:80", "[]:80", "a:+80",
  ])
  func `nothing else is an endpoint`(text: String) { #expect(Endpoint(parsing: text) == nil) }
}

@Suite struct UnitsTests {
  @Test(
    arguments: [
      (0, "0 B"), (17, "17 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (17_613, "17.2 KiB"),
      (100 << 10, "100 KiB"), (1_048_063, "1023 KiB"), (1_048_575, "1.0 MiB"), (UInt64.max, "16.0 EiB"),
    ] as [(UInt64, String)])
  func `sizes have a unit and at most three digits`(bytes: UInt64, text: String) {
    #expect(Units.bytes(bytes) == text)
    #expect(Units.rate(Double(bytes)).count <= 10)
  }

  @Test func `durations tell their two largest units`() {
    #expect(
      [-1, 59.9, 61, 3661, 90_000].map(Units.duration) == [
        "0 s", "59 s", "1 min 01 s", "1 h 01 min", "1 d 1 h",
      ])
  }

  @Test func `counts have their thousands apart`() {
    #expect([0, 999, -100, 1_234_567].map { Units.count($0) } == ["0", "999", "-100", "1,234,567"])
    #expect(Units.count(1, "file") == "1 file" && Units.count(1000, "file") == "1,000 files")
  }
}

@Suite struct TransferViewTests {
  @Test(
    arguments: [
      (999, 1000, "99% of 1000 B"), (1000, 1000, "100% of 1000 B"), (0, 0, "100% of 0 B"), (5, nil, "5 B"),
    ] as [(UInt64, UInt64?, String)])
  func `all of a file is 100%, and nothing less`(bytes: UInt64, total: UInt64?, text: String) {
    let transfer = TransferView(
      number: 1, direction: .down, file: FileID(hex: String(repeating: "0", count: 64))!, fileName: "a",
      state: .active, bytes: bytes, total: total)
    #expect(transfer.progress == text)
  }
}

@Suite struct VisibleTests {
  @Test func `harmless text stays as it is`() {
    #expect(Visible.text("naïve 漢字 😀 a b.txt") == "naïve 漢字 😀 a b.txt")
  }

  @Test(arguments: [
    ("a\u{1B}[31mb", "a␛[31mb"), ("a\nb\r\n", "a␊b␍␊"), ("\u{7F}", "␡"), ("\u{9B}31m", "<U+9B>31m"),
    ("a\u{202E}b", "a<U+202E>b"), ("\u{2066}\u{2069}", "<U+2066><U+2069>"), ("\u{2028}", "<U+2028>"),
    ("\u{FEFF}x", "<U+FEFF>x"), ("\u{E0041}", "<U+E0041>"), ("\u{0}", "␀"),
  ])
  func `characters that could do harm are replaced by visible ones`(text: String, shown: String) {
    #expect(Visible.text(text) == shown)
  }

  @Test func `long text is cut visibly`() {
    #expect(Visible.text("abcdef", limit: 3) == "abc…")
    #expect(Visible.text("abc", limit: 3) == "abc")
  }
}

/// PROTOCOL.md, "What is out there": `file_size`.
@Suite struct FileEntryTests {
  func entry(size: String, bytes: UInt64? = nil) -> FileEntry {
    FileEntry(
      id: FileID(1), name: "", owner: "", timestamp: .null, size: Lexeme(json: size), sizeBytes: bytes)
  }

  @Test(
    arguments: [
      ("922", 922), ("0.17575454711914062", 184292), ("0.0", 0), ("\"922\"", 922),
      ("1.621246337890625e-05", 17), ("\"0.5\"", 524288),
    ] as [(String, UInt64)])
  func `an integer size is bytes, and a fractional one MiB`(size: String, bytes: UInt64) {
    #expect(entry(size: size).sizeHint == bytes)
  }

  @Test(arguments: ["null", "\"big\"", "-1.5", "1e300", "NaN", "Infinity", "true"])
  func `a size that makes no sense is unknown`(size: String) { #expect(entry(size: size).sizeHint == nil) }

  @Test func `the exact size outranks the hint`() { #expect(entry(size: "0.17", bytes: 99).sizeHint == 99) }

  @Test func `only a number is a time`() {
    func seconds(_ json: String) -> Double? {
      FileEntry(id: FileID(1), name: "", owner: "", timestamp: Lexeme(json: json)).timestampSeconds
    }
    #expect(seconds("1743970142.5") == 1743970142.5)
    #expect(seconds("\"Sun Jun 15 21:36:41 2025\"") == nil)
    #expect(seconds("null") == nil)
    #expect(seconds("NaN") == nil)
  }
}

@Suite struct UTCTimeTests {
  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
    (951_782_400_000, "2000-02-29T00:00:00.000Z"), (4_102_444_799_999, "2099-12-31T23:59:59.999Z"),
    (1_744_170_562_007, "2025-04-09T03:49:22.007Z"),
  ])
  func `times are written in ISO 8601`(milliseconds: Int64, text: String) {
    #expect(UTCTime(milliseconds: milliseconds).iso8601 == text)
  }
}

@Suite struct NumericAddressTests {
  @Test(arguments: [
    ("10.0.0.1", "10.0.0.1"), ("::1", "::1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    ("2001:db8:1:2::9", "2001:db8:1:2::/64"), ("2001:db8::9", "2001:db8:0:0::/64"),
    ("fe80::1%eth0", "fe80:0:0:0::/64"),
    ("::", "0:0:0:0::/64"), ("not:an:address", "not:an:address::/64"),
  ])
  func `an address of IPv6 counts as its network of 64 bits`(address: String, network: String) {
    #expect(NumericAddress.network(of: address) == network)
  }

  @Test func `an address of IPv4 is the same through IPv6`() {
    #expect(NumericAddress.plain("::ffff:10.0.0.1") == "10.0.0.1")
    #expect(NumericAddress.plain("::ffff:1:2") == "::ffff:1:2")
    #expect(NumericAddress.isLoopback("::ffff:127.0.0.1") && !NumericAddress.isLoopback("::ffff:10.0.0.1"))
  }

  @Test(arguments: [
    "127.0.0.1", "::1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "172.31.255.1", "169.254.1.1", "100.64.0.1",
    "fe80::1",
    "fd00::1", "::ffff:192.168.1.1",
  ])
  func `an address that the Internet cannot reach is private`(address: String) {
    #expect(NumericAddress.isPrivate(address))
  }

  @Test(arguments: [
    "8.8.8.8", "172.32.0.1", "192.169.0.1", "100.128.0.1", "2001:db8::1", "::ffff:8.8.8.8", "", "x",
  ])
  func `any other address or text is not private`(address: String) {
    #expect(!NumericAddress.isPrivate(address))
  }

  @Test func `an address is told from a name`() {
    for text in ["10.0.0.1", "::1", "fe80::1"] { #expect(NumericAddress.isNumeric(text)) }
    for text in ["10.0.0", "10.0.0.1.test", "a:b:xyz", "1.2.3.256", "", "10.0.0."] {
      #expect(!NumericAddress.isNumeric(text), "\(text)")
    }
  }
}
