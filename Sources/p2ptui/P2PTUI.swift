import ArgumentParser
import CNcurses
import PeerEngine

@main struct P2PTUI: ParsableCommand {
  func run() { print("p2ptui") }
}
