import Foundation
import NIOCore
import PeerCore

/// How fast TCP sends on loopback. BBR, the default of some systems, paces what it sends by the delays that it
/// measures. On loopback there are no delays but those of a busy machine, and pacing by them halves the speed.
/// Connections within the machine therefore use Reno on such systems; all others keep what the system has chosen.
enum CongestionControl {
  /// What to use on loopback instead of the system's choice; `nil` leaves that alone.
  static let onLoopback: String? = {
    let directory = "/proc/sys/net/ipv4"
    guard let chosen = try? String(contentsOfFile: "\(directory)/tcp_congestion_control", encoding: .utf8),
      let allowed = try? String(
        contentsOfFile: "\(directory)/tcp_allowed_congestion_control", encoding: .utf8)
    else { return nil }
    let isAllowed = allowed.split(whereSeparator: \.isWhitespace).contains("reno")
    return chosen.hasPrefix("bbr") && isAllowed ? "reno" : nil
  }()

  /// Changes how this side of a connection sends, if it is one on loopback. A system that refuses that keeps its
  /// choice.
  static func prepare(_ channel: any Channel) {
    guard onLoopback == "reno", let address = channel.remoteAddress?.ipAddress,
      NumericAddress.isLoopback(address),
      let socket = channel as? any SocketOptionProvider
    else { return }
    let name: (UInt8, UInt8, UInt8, UInt8) = (0x72, 0x65, 0x6E, 0x6F)
    let option = NIOBSDSocket.Option(rawValue: 13)  // TCP_CONGESTION of Linux
    socket.unsafeSetSocketOption(level: .tcp, name: option, value: name).whenFailure { _ in }
  }
}
