enum Leave: Sendable { case exit, quit }
struct CommandOutput: Sendable { var lines: [String]; var failed: Bool; var leave: Leave? }
struct Completions: Sendable, Equatable { var range: Range<Int>; var candidates: [String] }   // range of characters replaced
protocol CommandRunner: Sendable { func run(_ line: String) async -> CommandOutput; func complete(_ line: String, cursor: Int) async -> Completions }  // cursor in characters
