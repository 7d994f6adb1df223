import Mustache

/// The page's HTML. It works without scripts; `{{name}}` escapes what it inserts.
enum Templates {
  static let page = compiled(
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    {{#refreshes}}
    <meta http-equiv="refresh" content="2">
    {{/refreshes}}
    <title>{{peerID}} · p2ptui</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/assets/style.css?v={{styleTag}}">
    </head>
    <body>
    <header>
    <h1>{{peerID}}</h1>
    <p class="about">a peer at <span class="code">{{address}}</span>, running for {{uptime}}</p>
    <dl class="figures">
    <div><dt>Peers</dt><dd>{{peerCount}}</dd></div>
    <div><dt>Files</dt><dd>{{fileCount}} <small>{{localCount}} here</small></dd></div>
    <div><dt>Transfers</dt><dd>{{transferCount}}</dd></div>
    <div><dt>Received</dt><dd>{{received}} <small>{{rateDown}}</small></dd></div>
    <div><dt>Sent</dt><dd>{{sent}} <small>{{rateUp}}</small></dd></div>
    </dl>
    </header>
    <main>
    {{#hasTransfers}}
    <section class="transfers">
    <h2 id="transfers">Transfers</h2>
    <div class="scroll" role="region" aria-labelledby="transfers" tabindex="0">
    <table>
    <caption>Downloads and uploads that run, wait or ended lately</caption>
    <thead><tr><th scope="col">State</th><th scope="col">File</th><th scope="col">Progress</th>\
    <th scope="col" class="wide">Peer</th><th scope="col" class="number wide">Tries</th></tr></thead>
    <tbody>
    {{#transfers}}
    <tr><td><span class="state {{stateClass}}">{{state}}</span><span class="under">{{direction}}</span></td>\
    <th scope="row" class="name">{{name}}\
    {{#hasError}}<span class="under why">{{error}}</span>{{/hasError}}</th>\
    <td class="progress">{{#hasTotal}}<progress value="{{percent}}" max="100" aria-hidden="true"></progress>\
    {{/hasTotal}}{{done}}<span class="under">{{pace}}</span></td>\
    <td class="wide address">{{peer}}</td><td class="number wide">{{tries}}</td></tr>
    {{/transfers}}
    </tbody>
    </table>
    </div>
    {{#hasMoreTransfers}}
    <p class="dim">{{moreTransfers}} more are in <a href="/api/v1/transfers">the API</a>.</p>
    {{/hasMoreTransfers}}
    </section>
    {{/hasTransfers}}
    <section class="peers">
    <h2 id="peers">Peers</h2>
    {{#hasPeers}}
    <div class="scroll" role="region" aria-labelledby="peers" tabindex="0">
    <table>
    <caption>Peers that are alive</caption>
    <thead><tr><th scope="col">Peer and address</th><th scope="col" class="number">Seen</th>\
    <th scope="col" class="number">Files</th></tr></thead>
    <tbody>
    {{#peers}}
    <tr><th scope="row" class="name">{{id}}<span class="under">{{address}}</span>\
    {{#isFailing}}<span class="under why">{{failures}}</span>{{/isFailing}}</th>\
    <td class="number"><time datetime="{{iso}}">{{seen}}</time></td><td class="number">{{files}}</td></tr>
    {{/peers}}
    </tbody>
    </table>
    </div>
    {{#hasMorePeers}}
    <p class="dim">{{morePeers}} more are in <a href="/api/v1/peers">the API</a>.</p>
    {{/hasMorePeers}}
    {{/hasPeers}}
    {{^hasPeers}}
    <p class="empty">No peer is known yet. Peers appear as soon as one of them answers.</p>
    {{/hasPeers}}
    </section>
    <section class="files">
    <h2 id="files">Files</h2>
    {{^refreshes}}
    <form method="get" action="/" role="search">
    <label for="q">Search name, owner or id</label>
    <input type="search" id="q" name="q" value="{{query}}" maxlength="200" autofocus>
    <input type="hidden" name="sort" value="{{sort}}"><input type="hidden" name="order" value="{{order}}">
    <button type="submit">Search</button>
    </form>
    {{/refreshes}}
    <p class="tools">
    {{#hasQuery}}
    <span>Files that match “{{query}}”</span> <a href="{{clearHref}}">Show all</a>
    {{/hasQuery}}
    {{#refreshes}}
    <a href="{{searchHref}}">Search</a> <a href="{{refreshHref}}">Pause refreshing</a>
    {{/refreshes}}
    {{^refreshes}}
    <a href="{{refreshHref}}">Refresh every 2 seconds</a>
    {{/refreshes}}
    </p>
    <div class="scroll" role="region" aria-labelledby="files" tabindex="0">
    <table>
    <caption>{{range}}</caption>
    <thead><tr>\
    {{#columns}}<th scope="col" class="{{style}}" aria-sort="{{sorted}}">\
    <a href="{{href}}">{{title}}</a><span aria-hidden="true">{{mark}}</span></th>{{/columns}}\
    <th scope="col" class="wide">Id</th></tr></thead>
    <tbody>
    {{#files}}
    <tr><td><span class="state {{stateClass}}">{{state}}</span></td>\
    <th scope="row" class="name">{{name}}</th>\
    <td class="number">{{size}}</td><td class="owner wide">{{owner}}</td><td class="time wide">{{time}}</td>\
    <td class="number wide">{{holders}}</td>\
    <td class="wide"><a class="code" href="/api/v1/files/{{id}}">{{short}}</a></td></tr>
    {{/files}}
    </tbody>
    </table>
    </div>
    {{^hasFiles}}
    <p class="empty">No file to show.</p>
    {{/hasFiles}}
    {{#hasPages}}
    <nav class="pages" aria-label="Pages of files">
    {{#hasPrevious}}<a rel="prev" href="{{previousHref}}#files">Previous</a>{{/hasPrevious}}
    <span>{{range}}</span>
    {{#hasNext}}<a rel="next" href="{{nextHref}}#files">Next</a>{{/hasNext}}
    </nav>
    {{/hasPages}}
    </section>
    <section class="log">
    <h2 id="log">Log</h2>
    <div class="scroll" role="region" aria-labelledby="log" tabindex="0">
    <table>
    <caption>The last lines, newest first; times are UTC</caption>
    <thead><tr><th scope="col">Time</th><th scope="col">Level</th><th scope="col">Text</th></tr></thead>
    <tbody>
    {{#log}}
    <tr class="{{level}}"><td class="time"><time datetime="{{iso}}">{{time}}</time></td><td>{{level}}</td>\
    <td class="text">{{text}}</td></tr>
    {{/log}}
    </tbody>
    </table>
    </div>
    </section>
    </main>
    <footer>
    <p>p2ptui {{version}}. This page only shows; for programs there are <a href="/api/v1/status">status</a>, \
    <a href="/api/v1/peers">peers</a>, <a href="/api/v1/files">files</a>, \
    <a href="/api/v1/transfers">transfers</a> and <a href="/api/v1/log">log</a>.</p>
    </footer>
    </body>
    </html>

    """)

  static let problem = compiled(
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>{{title}}</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/assets/style.css?v={{styleTag}}">
    </head>
    <body>
    <main class="problem">
    <h1>{{title}}</h1>
    <p>{{detail}}</p>
    <p><a href="/">To the page of this peer</a></p>
    </main>
    </body>
    </html>

    """)

  /// The templates are constants: one that does not compile fails every test.
  private static func compiled(_ text: String) -> MustacheTemplate {
    do { return try MustacheTemplate(string: text) } catch { preconditionFailure("\(error)") }
  }
}
