/// A date and a time of day in UTC, by the proleptic Gregorian calendar, for texts that must not depend on anybody's
/// locale.
public struct UTCTime: Sendable, Equatable {
  /// The date; months and days count from 1.
  public let year: Int, month: Int, day: Int
  /// 0 is Sunday.
  public let weekday: Int
  /// The time of day.
  public let hour: Int, minute: Int, second: Int, millisecond: Int

  /// - Parameter milliseconds: since 1970-01-01 UTC; any value is valid.
  public init(milliseconds: Int64) {
    let days = Int((Double(milliseconds) / 86_400_000).rounded(.down))
    let rest = Int(milliseconds - Int64(days) * 86_400_000)
    (hour, minute) = (rest / 3_600_000, rest / 60_000 % 60)
    (second, millisecond) = (rest / 1000 % 60, rest % 1000)
    weekday = ((days + 4) % 7 + 7) % 7
    (year, month, day) = Self.date(daysSince1970: days)
  }

  /// `2025-04-09T03:49:22.000Z`.
  public var iso8601: String { "\(date)T\(clock).\(Self.padded(millisecond, 3))Z" }
  /// `Wed, 09 Apr 2025 03:49:22 GMT` (RFC 9110, 5.6.7).
  public var http: String {
    let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let day = Self.padded(self.day, 2)
    return "\(days[weekday]), \(day) \(months[month - 1]) \(Self.padded(year, 4)) \(clock) GMT"
  }

  /// `2025-04-09`.
  public var date: String {
    "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
  }
  /// `03:49:22`.
  public var clock: String {
    "\(Self.padded(hour, 2)):\(Self.padded(minute, 2)):\(Self.padded(second, 2))"
  }

  /// Counts years from March, so that the leap day is a year's last (Hinnant, "chrono-Compatible Low-Level
  /// Date Algorithms").
  private static func date(daysSince1970: Int) -> (Int, Int, Int) {
    let shifted = daysSince1970 + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
