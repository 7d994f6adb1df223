/// A run that once found something, from a line of Tests/SimulationTests/seeds.txt, which explains its form.
public struct FoundRun: Sendable {
  public let plan: Plan
  /// What it found.
  public let what: String

  /// `nil` if the line has another form.
  public init?(_ line: some StringProtocol) {
    let words = line.split(separator: " ", maxSplits: 4)
    guard words.count == 5, let seed = UInt64(words[0]), let peers = Int(words[1]),
      let storm = Int64(words[2]),
      ["large", "small"].contains(words[3])
    else { return nil }
    var plan = Plan(seed: seed)
    plan.peers = peers
    plan.storm = storm * 1_000
    plan.hasLargeFiles = words[3] == "large"
    self.plan = plan
    what = String(words[4])
  }

  /// The runs of that file, without its comments; `nil` for a line that cannot be read.
  public static func all(in text: String) -> [FoundRun?] {
    text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { FoundRun($0) }
  }
}
