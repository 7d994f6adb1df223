import Foundation
import Hummingbird
import HummingbirdTesting
import PeerCore
import TestSupport
import Testing

@testable import PeerEngine

@Suite struct StatsPageTests {
  @Test func `text from the network is neither markup nor control`() async throws {
    let page = text(try await get("/"))
    #expect(!page.contains("<img") && !page.contains("\u{1B}") && !page.contains("\u{202E}"))
    #expect(page.contains("&lt;img src=x onerror=&quot;a(&#39;b&#39;)&quot;&gt;␛[2J&lt;U+202E&gt;&amp;"))
  }

  @Test func `the search text is Escaped too`() async throws {
    let page = text(try await get("/?q=%22%3E%3Cscript%3E&refresh=off"))
    #expect(!page.contains("<script>"))
    #expect(page.contains("value=\"&quot;&gt;&lt;script&gt;\""))
  }

  @Test func `its script and its style are files of its own`() async throws {
    let page = text(try await get("/"))
    #expect(page.matches(of: #/<script/#).count == 1 && page.contains("<script src=\"/assets/page.js?v="))
    #expect(!page.contains("<style") && !page.contains("style=\"") && !page.contains(#/<[^>]* on[a-z]+=/#))
    #expect(!page.contains("//"), "nothing comes from elsewhere")
  }

  @Test func `without scripts it is loaded again every two seconds, unless paused`() async throws {
    let refresh = "<noscript><meta http-equiv=\"refresh\" content=\"2\"></noscript>"
    #expect(text(try await get("/")).contains(refresh))
    #expect(!text(try await get("/?refresh=off")).contains("http-equiv"))
  }

  @Test func `tables tell what they are`() async throws {
    let page = text(try await get("/"))
    let tables = page.matches(of: #/<table>/#).count
    #expect(tables == 4 && page.matches(of: #/<table>\s*<caption>/#).count == tables)
    #expect(page.matches(of: #/<th(?! scope)/#).count == page.matches(of: #/<thead>/#).count)
  }

  @Test func `files come in pages`() async throws {
    let first = text(try await get("/?limit=50", .get, many))
    #expect(first.contains("1–50 of 300") && first.contains(">f049<") && !first.contains(">f050<"))
    #expect(first.contains("rel=\"next\" href=\"/?offset=50&amp;limit=50#files\""))
    #expect(!first.contains("rel=\"prev\""))
    let last = text(try await get("/?limit=50&offset=250", .get, many))
    #expect(last.contains("rel=\"prev\"") && !last.contains("rel=\"next\""))
  }

  @Test func `heads of columns sort`() async throws {
    let page = text(try await get("/?sort=size", .get, many))
    #expect(page.contains("aria-sort=\"ascending\""))
    #expect(page.contains("href=\"/?sort=size&amp;order=desc#files\""))
    #expect(page.contains("href=\"/?sort=owner#files\""))
  }

  @Test func `an empty peer has a page too`() async throws {
    var empty = sample
    (empty.peers, empty.files, empty.transfers, empty.log) = ([], FileTable(), [], [])
    let page = text(try await get("/", .get, empty))
    #expect(page.contains("No peer is known yet.") && page.contains("No file to show."))
    #expect(page.contains("Nothing is being transferred."))
  }

  @Test func `a bad parameter is a page that says so`() async throws {
    let response = try await get("/?sort=colour")
    #expect(response.status == .badRequest)
    #expect(text(response).contains("sort is one of name, size, owner, time, holders, state."))
  }

  @Test func `no field of a file is forgotten where the template looks`() throws {
    let file = Page.File(try #require(sample.files[0]), isSharing: true)
    for field in Mirror(reflecting: file).children.compactMap(\.label) {
      #expect(file.child(named: field) != nil, "\(field)")
    }
    #expect(file.child(named: "key") == nil)
  }
}
