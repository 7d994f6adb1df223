/// What a cell means. Views ask for roles; only a theme knows colours.
enum Role: UInt8, Sendable, CaseIterable {
  case text, dim, strong
  case title, titleStrong
  case rule, ruleFocused, paneName, paneNameFocused, columnHead
  /// The selected row of the focused pane, and of the others.
  case selected, selectedElsewhere
  case marked
  case here, remote, fetching, failed, unavailable
  case warning, error
  case bar, barRest
  case key, hint
  case notice, noticeError
  case prompt, box
}

enum ThemeName: String, Sendable, CaseIterable {
  case dark, light, mono
  case contrast = "high-contrast"

  /// From `COLORFGBG` where the terminal sets it ("15;0": white on black); dark otherwise.
  static func guess(colorFGBG: String?) -> ThemeName {
    guard let last = colorFGBG?.split(separator: ";").last, let ground = Int(last) else { return .dark }
    return ground == 7 || (9...15).contains(ground) ? .light : .dark
  }
}

/// How a role looks. Colours are terminal palette indices; -1 is the terminal's own.
struct Look: Hashable, Sendable {
  var foreground = -1
  var background = -1
  var bold = false
  var dim = false
  var reverse = false
  var underline = false
}

/// Looks of all roles for a number of colours. Marks and words tell everything that colours tell.
struct Theme: Sendable {
  private let looks: [Look]

  subscript(role: Role) -> Look { looks[Int(role.rawValue)] }

  /// - Parameter colors: what the terminal has: 0 (or less), 8, 16, 88, 256 or more.
  init(_ name: ThemeName, colors: Int) {
    looks = Role.allCases.map { role in
      switch (name, colors) {
      case (.mono, _), (_, ..<8): Self.mono(role)
      case (.contrast, _): Self.contrast(role, colors: colors)
      case (.dark, 256...): Self.dark256(role)
      case (.light, 256...): Self.light256(role)
      case (.dark, _): Self.eight(role, accent: 6, dimmed: colors >= 16 ? 8 : -1)
      case (.light, _): Self.eight(role, accent: 4, dimmed: colors >= 16 ? 8 : -1)
      }
    }
  }

  private static func mono(_ role: Role) -> Look {
    switch role {
    case .title, .titleStrong, .selected: Look(bold: role == .titleStrong, reverse: true)
    case .selectedElsewhere: Look(bold: true)
    case .strong, .ruleFocused, .paneNameFocused, .marked, .error, .failed, .key, .noticeError, .prompt:
      Look(bold: true)
    case .dim, .columnHead, .rule, .unavailable, .hint, .barRest: Look(dim: true)
    default: Look()
    }
  }

  /// White, yellow and cyan on black, nothing dimmed: at least 7:1 everywhere, where the terminal's palette is
  /// anything like the usual one.
  private static func contrast(_ role: Role, colors: Int) -> Look {
    let bright = colors >= 16 ? 8 : 0
    let (black, white, yellow, cyan) = (0, 7 + bright, 3 + bright, 6 + bright)
    func on(_ foreground: Int, bold: Bool = false) -> Look {
      Look(foreground: foreground, background: black, bold: bold)
    }
    return switch role {
    case .title, .selected: Look(foreground: black, background: role == .title ? white : yellow)
    case .titleStrong: Look(foreground: black, background: white, bold: true)
    case .selectedElsewhere: on(cyan, bold: true)
    case .paneNameFocused, .ruleFocused, .key, .prompt, .marked: on(yellow, bold: true)
    case .fetching, .bar, .remote, .columnHead: on(cyan)
    case .warning, .error, .failed, .noticeError: on(yellow, bold: true)
    case .strong, .here, .notice: on(white, bold: true)
    case .text, .dim, .rule, .paneName, .unavailable, .barRest, .hint, .box: on(white)
    }
  }

  private static func dark256(_ role: Role) -> Look {
    switch role {
    case .text: Look()
    case .dim, .unavailable: Look(foreground: 245)
    case .strong: Look(bold: true)
    case .title: Look(foreground: 252, background: 236)
    case .titleStrong: Look(foreground: 117, background: 236, bold: true)
    case .rule, .box: Look(foreground: 240)
    case .ruleFocused: Look(foreground: 74)
    case .paneName: Look(foreground: 250)
    case .paneNameFocused: Look(foreground: 117, bold: true)
    case .columnHead: Look(foreground: 245)
    case .selected: Look(foreground: 231, background: 24, bold: true)
    case .selectedElsewhere: Look(background: 236)
    case .marked: Look(foreground: 222, bold: true)
    case .here: Look(foreground: 114)
    case .remote: Look(foreground: 110)
    case .fetching, .bar: Look(foreground: 80)
    case .failed, .error: Look(foreground: 210)
    case .warning: Look(foreground: 221)
    case .barRest: Look(foreground: 239)
    case .key: Look(foreground: 117, bold: true)
    case .hint: Look(foreground: 247)
    case .notice: Look(foreground: 158)
    case .noticeError: Look(foreground: 210, bold: true)
    case .prompt: Look(foreground: 117, bold: true)
    }
  }

  private static func light256(_ role: Role) -> Look {
    switch role {
    case .text: Look()
    case .dim, .unavailable: Look(foreground: 243)
    case .strong: Look(bold: true)
    case .title: Look(foreground: 236, background: 253)
    case .titleStrong: Look(foreground: 24, background: 253, bold: true)
    case .rule, .box: Look(foreground: 249)
    case .ruleFocused: Look(foreground: 25)
    case .paneName: Look(foreground: 240)
    case .paneNameFocused: Look(foreground: 25, bold: true)
    case .columnHead: Look(foreground: 243)
    case .selected: Look(foreground: 231, background: 25, bold: true)
    case .selectedElsewhere: Look(background: 254)
    case .marked: Look(foreground: 94, bold: true)
    case .here: Look(foreground: 28)
    case .remote: Look(foreground: 25)
    case .fetching, .bar: Look(foreground: 30)
    case .failed, .error: Look(foreground: 124)
    case .warning: Look(foreground: 130)
    case .barRest: Look(foreground: 251)
    case .key: Look(foreground: 25, bold: true)
    case .hint: Look(foreground: 241)
    case .notice: Look(foreground: 22)
    case .noticeError: Look(foreground: 124, bold: true)
    case .prompt: Look(foreground: 25, bold: true)
    }
  }

  private static func eight(_ role: Role, accent: Int, dimmed: Int) -> Look {
    switch role {
    case .text: Look()
    case .dim, .unavailable, .rule, .box, .barRest, .columnHead, .hint: Look(foreground: dimmed)
    case .strong, .paneName: Look(bold: role == .strong)
    case .title: Look(reverse: true)
    case .titleStrong: Look(bold: true, reverse: true)
    case .ruleFocused: Look(foreground: accent)
    case .paneNameFocused, .key, .prompt: Look(foreground: accent, bold: true)
    // The terminal's own ground on the accent: as legible as the accent on that ground.
    case .selected: Look(foreground: accent, bold: true, reverse: true)
    case .selectedElsewhere: Look(bold: true)
    case .marked: Look(foreground: accent == 6 ? 3 : 5, bold: true)
    case .here, .notice: Look(foreground: 2)
    case .remote: Look(foreground: accent)
    case .fetching, .bar: Look(foreground: accent, bold: true)
    case .failed, .error: Look(foreground: 1)
    case .noticeError: Look(foreground: 1, bold: true)
    case .warning: Look(foreground: accent == 6 ? 3 : 5)
    }
  }
}
