extension ReportPage {
  /// The style sheet. Colours are told apart by people with any colour vision (after Okabe and Ito), and text has at
  /// least the contrast of 4.5 to 1 that WCAG asks for.
  static let style: Markup = """
    :root {
      color-scheme: light; --page: #f7f6f3; --card: #ffffff; --ink: #1d1b18; --quiet: #67625a; --rule: #e3dfd7;
      --grid: #eceae4; --shade: #f3f1ec; --a: #0b64b5; --b: #bd4e08; --c: #00825f; --d: #9a4a86; --e: #7a6a00;
      --f: #4d4a46; --bad: #b3201a; --bad-page: #fdecea; --good: #12703f;
    }
    @media screen and (prefers-color-scheme: dark) {
      :root {
        color-scheme: dark; --page: #141312; --card: #1e1d1b; --ink: #eeebe5; --quiet: #a69f94; --rule: #37342f;
        --grid: #2c2a26; --shade: #262420; --a: #62b1f5; --b: #ff9b52; --c: #37c99a; --d: #df95c9; --e: #e2cf3f;
        --f: #bdb8b0; --bad: #ff8a80; --bad-page: #3b1815; --good: #5fd08f;
      }
    }
    * { box-sizing: border-box; }
    body {
      margin: 0 auto; padding: 2rem 1.25rem 3rem; max-width: 74rem; background: var(--page); color: var(--ink);
      font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif;
      font-variant-numeric: tabular-nums; -webkit-text-size-adjust: 100%;
    }
    h1 { margin: 0 0 1.5rem; font-size: 1rem; font-weight: 600; color: var(--quiet); }
    h2 { margin: 0; font-size: 1.9rem; line-height: 1.2; letter-spacing: -0.01em; overflow-wrap: anywhere; }
    h3 { margin: 2rem 0 0.75rem; font-size: 1.15rem; }
    h4 { margin: 0; font-size: 1rem; }
    section + section { margin-top: 3rem; padding-top: 2.5rem; border-top: 1px solid var(--rule); }
    a { color: var(--a); }
    .about { margin: 0.25rem 0 0; color: var(--quiet); overflow-wrap: anywhere; }
    .headline { margin: 1.1rem 0 1.5rem; max-width: 62rem; font-size: 1.25rem; line-height: 1.5; }
    .headline strong { white-space: nowrap; } .headline .long { white-space: normal; }
    .good { color: var(--good); } .bad { color: var(--bad); }
    .note { margin: 0.4rem 0 0; font-size: 0.82rem; color: var(--quiet); }
    .banner {
      margin: 0 0 1rem; padding: 0.8rem 1.1rem; border: 1px solid var(--bad); border-left-width: 6px;
      border-radius: 8px; background: var(--bad-page); overflow-wrap: anywhere; print-color-adjust: exact;
    }
    .banner p { margin: 0; } .banner strong { color: var(--bad); }
    .banner ul { margin: 0.4rem 0 0; padding-left: 1.2rem; }
    .tiles {
      display: grid; grid-template-columns: repeat(6, minmax(0, 1fr)); gap: 0.75rem; margin: 0;
    }
    .tiles.few { grid-template-columns: repeat(4, minmax(0, 1fr)); }
    .tiles div, .card, figure {
      background: var(--card); border: 1px solid var(--rule); border-radius: 10px; break-inside: avoid;
    }
    .tiles div { display: flex; flex-direction: column; padding: 0.8rem 1rem; }
    .tiles dt { flex: 1; font-size: 0.82rem; line-height: 1.35; color: var(--quiet); }
    .tiles dd { margin: 0.2rem 0 0; font-size: 1.75rem; font-weight: 650; line-height: 1.2; white-space: nowrap; }
    .tiles dd small { margin-left: 0.25em; font-size: 0.55em; font-weight: 500; color: var(--quiet); }
    .tiles dd.note { font-size: 0.82rem; font-weight: 400; white-space: normal; }
    .figures { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0.75rem; }
    .card, figure { margin: 0; padding: 1rem; min-width: 0; }
    .legend { display: flex; flex-wrap: wrap; gap: 0.1rem 1.1rem; margin: 0.25rem 0 0.4rem; padding: 0; }
    .legend li { list-style: none; font-size: 0.82rem; overflow-wrap: anywhere; }
    .key {
      display: inline-block; width: 1.6em; margin-right: 0.45em; vertical-align: 0.25em; border-top: 3px solid;
    }
    .key.dashed { border-top-style: dashed; } .key.quiet { border-top-width: 1px; }
    svg { display: block; width: 100%; max-width: 44rem; height: auto; overflow: visible; font-size: 12px; }
    svg text { fill: var(--ink); } svg tspan { fill: currentColor; } svg .unit, svg .quiet { fill: var(--quiet); }
    .grid { stroke: var(--grid); } .warmup { fill: var(--shade); }
    .line { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
    .line.dashed { stroke-dasharray: 5 5; }
    .a { color: var(--a); } .b { color: var(--b); } .c { color: var(--c); } .d { color: var(--d); }
    .e { color: var(--e); } .f { color: var(--f); } .quiet { color: var(--quiet); }
    .line.quiet { stroke-width: 1; }
    .slice rect { fill: transparent; } .slice path { stroke: var(--quiet); } .slice path, .slice text { opacity: 0; }
    .slice text { paint-order: stroke; stroke: var(--card); stroke-width: 8px; font-weight: 600; }
    .slice:hover path, .slice:hover text { opacity: 1; }
    .tables { columns: 3 19rem; column-gap: 0.75rem; }
    .tables .card { margin-bottom: 0.75rem; }
    table { width: 100%; border-collapse: collapse; font-size: 0.88rem; }
    .card h4 { margin-bottom: 0.35rem; }
    th, td { padding: 0.28rem 0 0.28rem 0.9rem; text-align: right; vertical-align: top; font-weight: 400; }
    th:first-child { padding-left: 0; text-align: left; overflow-wrap: anywhere; }
    tbody tr { border-top: 1px solid var(--grid); } thead th { color: var(--quiet); line-height: 1.3; }
    td { overflow-wrap: break-word; }
    td small, th small { display: block; color: var(--quiet); }
    .scroll { margin-top: 1rem; overflow-x: auto; } .scroll th:first-child { min-width: 9rem; }
    .scroll thead th { min-width: 5.5rem; vertical-align: bottom; }
    footer { margin-top: 3rem; padding-top: 1.25rem; border-top: 1px solid var(--rule); color: var(--quiet); }
    footer h2 { font-size: 1rem; letter-spacing: 0; }
    footer p { max-width: 62rem; margin: 0.4rem 0 0; font-size: 0.88rem; }
    @media (max-width: 56rem) {
      .figures { grid-template-columns: minmax(0, 1fr); }
      .tiles { grid-template-columns: repeat(3, minmax(0, 1fr)); }
    }
    @media (max-width: 34rem) {
      body { padding: 1.25rem 0.75rem 2rem; } h2 { font-size: 1.6rem; } .headline { font-size: 1.1rem; }
      svg { font-size: 17px; }
      .tiles, .tiles.few { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0.5rem; }
      .tiles dd { font-size: 1.5rem; }
      .tiles div { padding: 0.7rem 0.8rem; } .card, figure { padding: 0.75rem; }
    }
    @media print {
      @page { margin: 12mm; }
      :root { --page: #ffffff; font-size: 70%; } body { padding: 0; } h2, h3 { break-after: avoid; }
      .figures { grid-template-columns: repeat(2, minmax(0, 1fr)); } svg { font-size: 15px; }
      .scroll { overflow: visible; } .scroll th:first-child, .scroll thead th { min-width: 0; }
      .line, .key, .warmup { print-color-adjust: exact; }
      section + section { break-before: page; border: 0; padding: 0; margin: 0; }
      footer { break-inside: avoid; }
    }
    """
}
