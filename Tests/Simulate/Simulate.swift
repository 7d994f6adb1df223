import ArgumentParser

@main
struct Simulate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Whole peers in one thread, on a virtual clock, network and disk.",
    subcommands: [Storms.self, Scale.self], defaultSubcommand: Storms.self)
}
