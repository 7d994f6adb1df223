import Crypto

/// The page's looks: one small sheet, light and dark, from a phone's width up.
enum Stylesheet {
  /// For `ETag` and for the address of the sheet, so that a new one is fetched at once.
  static let tag: String = {
    let digest = SHA256.hash(data: Array(text.utf8))
    return "\"" + digest.prefix(6).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "\""
  }()

  static let text = """
    :root {
      color-scheme: light dark;
      --ground: #f7f6f3; --sheet: #ffffff; --ink: #1d2327; --dim: #5c666d; --line: #dfddd6;
      --link: #0b5a8a; --here: #1a6b36; --moving: #0b5a8a; --warn: #8a5300; --bad: #ad1f1f;
      --track: #e4e2db;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --ground: #15181a; --sheet: #1d2124; --ink: #e4e6e7; --dim: #9ba5ab; --line: #343a3e;
        --link: #7fc0ee; --here: #7fd099; --moving: #7fc0ee; --warn: #e6b566; --bad: #ff9d94;
        --track: #343a3e;
      }
    }
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
    body {
      margin: 0 auto; max-width: 90rem; padding: 1.5rem clamp(.75rem, 3vw, 2.5rem) 3rem;
      background: var(--ground); color: var(--ink);
      font: 0.9375rem/1.45 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif;
      font-variant-numeric: tabular-nums;
    }
    a { color: var(--link); text-underline-offset: .15em; }
    :focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
    h1 { margin: 0; font-size: 1.5rem; line-height: 1.2; overflow-wrap: anywhere; }
    h2 { margin: 0 0 .5rem; font-size: 1.0625rem; }
    .about { margin: .25rem 0 0; color: var(--dim); overflow-wrap: anywhere; }
    .code { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .92em; }
    small, .dim { color: var(--dim); font-size: .8125rem; font-weight: normal; }

    .figures { display: flex; flex-wrap: wrap; gap: .5rem 2.5rem; margin: 1.25rem 0 0; }
    .figures dt { color: var(--dim); font-size: .8125rem; }
    .figures dd { margin: 0; font-size: 1.25rem; font-weight: 600; white-space: nowrap; }

    main { display: grid; gap: 1.25rem; margin-top: 1.5rem; grid-template-columns: minmax(0, 1fr); }
    section {
      min-width: 0; padding: 1rem; background: var(--sheet);
      border: 1px solid var(--line); border-radius: .5rem;
    }
    @media (min-width: 78rem) {
      main {
        grid-template-columns: minmax(0, 1fr) 24rem; grid-auto-flow: dense; align-items: start;
      }
      .transfers, .log { grid-column: 1 / -1; }
      .files { grid-column: 1; }
      .peers { grid-column: 2; }
    }

    .scroll { overflow-x: auto; }
    table { width: 100%; border-collapse: collapse; }
    caption { padding-bottom: .4rem; color: var(--dim); font-size: .8125rem; text-align: left; }
    th, td { padding: .35rem .75rem .35rem 0; text-align: left; vertical-align: top; }
    th:last-child, td:last-child { padding-right: 0; }
    thead th {
      border-bottom: 1px solid var(--line); color: var(--dim);
      font-size: .8125rem; font-weight: 600; white-space: nowrap;
    }
    thead a { color: inherit; }
    thead th span { margin-left: .25em; font-size: .75em; }
    tbody tr + tr > * { border-top: 1px solid var(--line); }
    tbody th { font-weight: 500; }
    .name, .text, .address { overflow-wrap: anywhere; }
    .owner { overflow-wrap: break-word; max-width: 14rem; }
    .name { min-width: 9rem; }
    .number, .time { white-space: nowrap; }
    .number { text-align: right; }
    .under {
      display: block; color: var(--dim); font-size: .8125rem; font-weight: normal; overflow-wrap: anywhere;
    }
    .why { color: var(--bad); }

    .state { white-space: nowrap; font-weight: 600; color: var(--dim); }
    .state::before { content: "●"; margin-right: .4em; font-size: .7em; vertical-align: .12em; }
    .state.local, .state.done { color: var(--here); }
    .state.fetching, .state.active, .state.verifying { color: var(--moving); }
    .state.fetching::before, .state.active::before, .state.verifying::before { content: "◐"; }
    .state.failed { color: var(--bad); }
    .state.failed::before { content: "✕"; }
    .state.remote, .state.queued, .state.paused { color: var(--dim); }
    .state.remote::before, .state.queued::before, .state.paused::before { content: "○"; }
    .state.unavailable { color: var(--warn); }
    .state.unavailable::before { content: "–"; }

    .progress { white-space: nowrap; }
    progress {
      appearance: none; width: 7rem; height: .5rem; margin-right: .4rem; overflow: hidden;
      border: 0; border-radius: .25rem; background: var(--track); vertical-align: .05em;
    }
    progress::-webkit-progress-bar { background: var(--track); }
    progress::-webkit-progress-value { background: var(--moving); }
    progress::-moz-progress-bar { background: var(--moving); }

    form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin-bottom: .75rem; }
    label { color: var(--dim); }
    input[type=search] { flex: 1 1 14rem; min-width: 0; }
    input[type=search], button {
      padding: .4rem .7rem; border: 1px solid var(--line); border-radius: .35rem;
      background: var(--ground); color: inherit; font: inherit;
    }
    button { cursor: pointer; }
    .tools { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0 0 .6rem; }
    .pages { display: flex; gap: 1.25rem; justify-content: center; margin-top: .9rem; }
    .empty { margin: .5rem 0 0; color: var(--dim); }

    .log table { font-size: .875rem; }
    .log .text { width: 100%; }
    .log .warning td { color: var(--warn); }
    .log .error td { color: var(--bad); }
    .log .debug td { color: var(--dim); }

    footer { margin-top: 1.5rem; color: var(--dim); font-size: .8125rem; }
    .problem { display: block; max-width: 40rem; margin: 15vh auto 0; }

    @media (max-width: 40rem) {
      body { padding-top: 1rem; }
      section { padding: .8rem; }
      .wide { display: none; }
      .figures { gap: .5rem 1.5rem; }
      .figures dd { font-size: 1.0625rem; }
      .name { min-width: 7rem; }
      progress { display: block; width: 6rem; margin: .45rem 0 .15rem; }
    }
    @media print {
      body { background: none; }
      section { break-inside: avoid-page; border: 0; padding: 0; }
      .tools, form, .pages { display: none; }
    }

    """
}
