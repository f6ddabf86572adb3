/** The style sheet of the report: system fonts, light and dark, phone and print. */
export const style = `
:root { color-scheme: light dark;
  --page: #f6f7f9; --card: #fff; --line: #dfe3e8; --text: #1b2430; --soft: #55606e; --code: #eef1f4; --link: #0b57b0;
  --critical: #a1123b; --high: #b53a00; --medium: #7d5600; --low: #2c5f8a; --informational: #55606e; --good: #1c6b3c; }
@media (prefers-color-scheme: dark) { :root {
  --page: #12161c; --card: #1a2028; --line: #2d3641; --text: #e6eaef; --soft: #a3afbc; --code: #10141a; --link: #84b8ff;
  --critical: #ff8fa8; --high: #ffa274; --medium: #efc25c; --low: #8cc4f2; --informational: #a3afbc; --good: #7fd8a0; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; overflow-wrap: anywhere; }
header, main, footer { max-width: 68rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2rem; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.2rem; margin: 2.25rem 0 .75rem; } h3 { font-size: 1rem; margin: 0; display: inline; font-weight: 600; }
p { margin: .4rem 0; } .soft, footer { color: var(--soft); font-size: .875rem; } footer { padding-bottom: 3rem; margin-top: 3rem; }
a { color: var(--link); } :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 4px; }
.banner { margin: 1.25rem 0; padding: .75rem 1rem; border: 1px solid var(--line); border-left: .35rem solid var(--good); border-radius: .5rem; background: var(--card); }
.banner.gap { border-left-color: var(--medium); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); gap: .75rem; margin: 1.25rem 0; padding: 0; list-style: none; }
.tiles li { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .7rem .9rem; }
.tiles b { display: block; font-size: 1.7rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tiles .none b { color: var(--soft); font-weight: 400; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; } th, td { text-align: left; vertical-align: top; padding: .5rem .8rem; border-top: 1px solid var(--line); min-width: 5rem; }
.counts th, .counts td { white-space: nowrap; }
thead th { border-top: 0; color: var(--soft); font-weight: 600; } td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; min-width: 3.5rem; }
details { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; margin: .6rem 0; }
summary { cursor: pointer; padding: .7rem 1rem; } details[open] > summary { border-bottom: 1px solid var(--line); } details > div { padding: .7rem 1rem 1rem; }
summary .what { color: var(--soft); }
.severity { display: inline-block; border: 1px solid currentColor; border-radius: 1rem; padding: 0 .6rem; margin-right: .5rem; font-size: .78rem; font-weight: 700; }
.critical { color: var(--critical); } .high { color: var(--high); } .medium { color: var(--medium); } .low { color: var(--low); } .informational { color: var(--informational); } .good { color: var(--good); }
dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .3rem 1rem; margin: .8rem 0; font-size: .9rem; } dt { color: var(--soft); } dd { margin: 0; }
code, pre { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .84rem; background: var(--code); border-radius: .35rem; } code { padding: .1rem .3rem; }
pre { padding: .7rem .9rem; overflow-x: auto; margin: .5rem 0; white-space: pre-wrap; }
ul.plain { list-style: none; margin: 0; padding: 0; font-size: .9rem; } ul.plain li { padding: .35rem 0; border-top: 1px solid var(--line); } ul.plain li:first-child { border-top: 0; }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: .5rem; } h1 { font-size: 1.35rem; } }
@media print { :root { --page: #fff; --line: #bbb; } body { font-size: 11pt; } details { break-inside: avoid; } .scroll { overflow: visible; } }
`;
