import Mustache

/// Makes the page's HTML from the templates in `Assets/`, in which `{{name}}` escapes what it inserts.
enum Templates {
  static func page(_ page: Page) -> String { render(page, "page") }
  static func problem(_ problem: ProblemPage) -> String { render(problem, "problem") }

  private static func render(_ object: Any, _ name: String) -> String {
    library.render(object, withTemplate: name)!
  }

  private static let library = MustacheLibrary(
    templates: [
      "head": compiled(PackageResources.head_mustache),
      "chart": compiled(PackageResources.chart_mustache),
      "page": compiled(PackageResources.page_mustache),
      "problem": compiled(PackageResources.problem_mustache),
    ])

  /// The templates are constants: one that does not compile fails every test.
  private static func compiled(_ bytes: [UInt8]) -> MustacheTemplate {
    do {
      return try MustacheTemplate(string: String(decoding: bytes, as: UTF8.self))
    } catch {
      preconditionFailure("\(error)")
    }
  }
}
