import Foundation

/// What the system says of this process (`proc(5)`).
struct ProcessFigures {
  var cpuSeconds: Double
  var residentBytes: Int
  var virtualBytes: Int
  var openDescriptors: Int
  var maxDescriptors: Int
  var threads: Int
  /// Seconds since 1970-01-01 UTC.
  var startTime: Double

  /// `nil` where there is no `/proc`.
  static func now() -> ProcessFigures? {
    guard let line = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8),
      let end = line.lastIndex(of: ")")
    else { return nil }
    // The program's name, in parentheses, may hold anything, so that fields are counted from its end: there the field
    // that proc(5) calls 3 is the first.
    let fields = line[line.index(after: end)...].split(separator: " ")
    guard fields.count > 21 else { return nil }
    let number = { (field: Int) in Int(fields[field - 3]) ?? 0 }
    let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
    return ProcessFigures(
      cpuSeconds: Double(number(14) + number(15)) / ticks,
      residentBytes: number(24) * Int(sysconf(Int32(_SC_PAGESIZE))), virtualBytes: number(23),
      openDescriptors: (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0,
      maxDescriptors: Descriptors.limit, threads: number(20),
      startTime: bootTime() + Double(number(22)) / ticks)
  }

  private static func bootTime() -> Double {
    guard let text = try? String(contentsOfFile: "/proc/stat", encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("btime ") })
    else { return 0 }
    return Double(line.dropFirst("btime ".count)) ?? 0
  }
}
