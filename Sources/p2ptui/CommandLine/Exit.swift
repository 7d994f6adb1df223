import ArgumentParser
import Foundation

extension ParsableCommand {
  /// Ends the program. `--help` and the like go to standard output with exit 0; an error is one line on
  /// standard error, followed by the usage if the command line was wrong (exit 64, else 1).
  static func exit(explaining error: any Error) -> Never {
    let code = exitCode(for: error)
    guard !code.isSuccess else {
      print(fullMessage(for: error))
      Foundation.exit(0)
    }
    var text = "p2ptui: \(message(for: error))\n"
    if code == .validationFailure {
      text +=
        "usage: \(usageString().replacing("\n", with: "\n       "))\nTry p2ptui --help for the options.\n"
    }
    FileHandle.standardError.write(Data(text.utf8))
    Foundation.exit(code.rawValue)
  }
}
