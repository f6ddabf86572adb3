/** The style sheet of the report: system fonts, light and dark, phone and print. */
export const style = `
:root { color-scheme: light dark;
  --page: #f5f6f8; --card: #fff; --sunk: #f0f2f5; --line: #dde1e7; --text: #18212c; --soft: #56616f; --link: #0a53a8; --focus: #0a66d0; --bar: #fff;
  --critical: #9f1239; --high: #ad3a00; --medium: #7a5200; --low: #255a87; --informational: #56616f; --good: #17683a;
  --critical-soft: #fdeaf0; --high-soft: #fdeee4; --medium-soft: #fbf2dc; --low-soft: #e8f1f9; --good-soft: #e5f4ea; }
@media (prefers-color-scheme: dark) { :root {
  --page: #10141a; --card: #181e26; --sunk: #11161d; --line: #2c3540; --text: #e7ebf0; --soft: #a5b1be; --link: #8bbcff; --focus: #8bbcff; --bar: #181e26;
  --critical: #ff94ad; --high: #ffa97d; --medium: #eec565; --low: #90c8f5; --informational: #a5b1be; --good: #82d8a3;
  --critical-soft: #3a1722; --high-soft: #38200f; --medium-soft: #332806; --low-soft: #12293c; --good-soft: #10301d; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 4rem; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; overflow-wrap: anywhere; }
header, main, footer, nav ul { max-width: 74rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 1.75rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; letter-spacing: -.01em; text-wrap: balance; }
h2 { font-size: 1.25rem; margin: 2.75rem 0 .9rem; letter-spacing: -.005em; } main > section:first-child h2 { margin-top: .9rem; } h3, h4 { font-size: 1rem; font-weight: 600; margin: 0; } summary h3, summary h4 { display: inline; }
p { margin: .4rem 0; } .soft, footer { color: var(--soft); font-size: .875rem; font-weight: 400; } footer { padding-bottom: 3rem; margin-top: 3rem; }
.product { color: var(--soft); font: 600 .8rem ui-monospace, "DejaVu Sans Mono", monospace; margin: 0 0 .35rem; }
a { color: var(--link); text-underline-offset: .15em; } :focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: .35rem; }
h2[tabindex] { width: fit-content; padding-right: .4rem; } h2:focus { outline: none; } h2:focus-visible { outline: 3px solid var(--focus); }
.hidden { position: absolute; width: 1px; height: 1px; margin: -1px; padding: 0; border: 0; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: 1rem; top: -4rem; z-index: 3; padding: .5rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; } .skip:focus { top: .5rem; }
nav { position: sticky; top: 0; z-index: 2; background: var(--bar); border-bottom: 1px solid var(--line); border-top: 1px solid var(--line); margin-top: .5rem; }
nav ul { display: flex; gap: .25rem; list-style: none; overflow-x: auto; padding-top: .35rem; padding-bottom: .35rem; }
nav a { display: block; padding: .35rem .75rem; border-radius: .5rem; text-decoration: none; white-space: nowrap; color: var(--text); font-size: .9rem; font-weight: 500; } nav a:hover { background: var(--sunk); }
.banner { margin: .9rem 0; padding: .8rem 1rem; border: 1px solid var(--line); border-left: .3rem solid var(--soft); border-radius: .5rem; background: var(--card); }
.banner.gap { border-left-color: var(--medium); } .banner.well { border-left-color: var(--good); } .banner p { margin: 0; } .banner p + p { margin-top: .25rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(7rem, 1fr)); gap: .7rem; margin: .9rem 0 1.1rem; padding: 0; list-style: none; }
.tiles.few { grid-template-columns: repeat(auto-fill, minmax(7rem, 1fr)); }
.tiles a, .tiles span { display: block; height: 100%; background: var(--card); border: 1px solid var(--line); border-top: .2rem solid currentColor; border-radius: .5rem; padding: .6rem .9rem .7rem; color: inherit; text-decoration: none; font-size: .875rem; }
.tiles a:hover { background: var(--sunk); }
.tiles b { display: block; font-size: 1.75rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tiles .none { color: var(--soft); } .tiles .none > * { border-top-color: var(--line); } .tiles .none b { font-weight: 400; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(16.5rem, 1fr)); gap: .8rem; margin: 0; padding: 0; list-style: none; align-items: start; }
.cards > li { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .8rem 1rem .9rem; height: 100%; }
.cards h3 { font-size: .95rem; margin-bottom: .5rem; }
.seen { padding: .55rem 0 .1rem; border-top: 1px solid var(--line); } .seen + .seen { margin-top: .55rem; } .seen + .seen b { font-size: 1rem; } .seen p { margin: .1rem 0; color: var(--text); } .seen p.soft, .seen .soft { color: var(--soft); }
.seen b a { color: inherit; } .seen b { font-size: 1.15rem; font-variant-numeric: tabular-nums; } .critical b, .high b, .medium b, .low b, .good b { color: inherit; }
.seen.critical p:first-child b { color: var(--critical); } .seen.high p:first-child b { color: var(--high); } .seen.medium p:first-child b { color: var(--medium); } .seen.low p:first-child b { color: var(--low); } .seen.good p:first-child b { color: var(--good); }
.names { display: flex; flex-wrap: wrap; gap: .3rem; padding-top: .35rem; } .name { background: var(--sunk); border: 1px solid var(--line); border-radius: .4rem; padding: .05rem .5rem; font-size: .84rem; text-decoration: none; } .name:hover { text-decoration: underline; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; } .scroll.tall { max-height: 34rem; overflow-y: auto; margin-bottom: 1rem; }
table { border-collapse: separate; border-spacing: 0; width: 100%; font-size: .9rem; } th, td { text-align: left; vertical-align: top; padding: .5rem .8rem; border-top: 1px solid var(--line); }
th { font-weight: 500; } .counts th, .counts td { white-space: nowrap; } .counts .wide { white-space: normal; min-width: 15rem; width: 60%; }
thead th { position: sticky; top: 0; z-index: 1; background: var(--card); border-top: 0; border-bottom: 1px solid var(--line); color: var(--soft); font-weight: 600; font-size: .84rem; } tbody:first-of-type tr:first-child > * { border-top: 0; }
th.group { background: var(--sunk); font-weight: 600; font-size: .84rem; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; } td.number a { color: inherit; font-weight: 600; }
details { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; margin: .5rem 0; }
summary { cursor: pointer; padding: .65rem 1rem; border-radius: .6rem; } summary:hover { background: var(--sunk); } details[open] > summary { border-bottom: 1px solid var(--line); border-radius: .6rem .6rem 0 0; } details > div { padding: .7rem 1rem 1rem; }
details.framework > .scroll { padding: 0; border: 0; }
details details { background: transparent; }
.cluster .badges, .framework .badges { margin-left: .4rem; }
:is(.finding, .reason, #more-filters) > summary::after { content: ""; flex: none; align-self: center; margin-left: auto; width: .5rem; height: .5rem; border: solid var(--soft); border-width: 0 2px 2px 0; transform: rotate(-45deg); }
:is(.finding, .reason, #more-filters)[open] > summary::after { transform: rotate(45deg); }
.badges { display: inline-flex; flex-wrap: wrap; gap: .3rem; vertical-align: middle; }
.badge { display: inline-block; border-radius: 1rem; padding: .05rem .6rem; font-size: .78rem; font-weight: 600; white-space: nowrap; background: var(--sunk); color: var(--soft); border: 1px solid var(--line); }
.critical { color: var(--critical); } .high { color: var(--high); } .medium { color: var(--medium); } .low { color: var(--low); } .informational { color: var(--informational); } .good { color: var(--good); }
.badge.critical { background: var(--critical-soft); } .badge.high { background: var(--high-soft); } .badge.medium { background: var(--medium-soft); } .badge.low { background: var(--low-soft); } .badge.good { background: var(--good-soft); } .badge[class~="critical"], .badge.high, .badge.medium, .badge.low, .badge.good { border-color: transparent; }
.badge.change { color: var(--link); }
.reason > summary { display: flex; gap: .9rem; align-items: baseline; } .reason .count { min-width: 2.5rem; text-align: right; font-weight: 700; font-variant-numeric: tabular-nums; }
.unread + .unread { border-top: 1px solid var(--line); margin-top: .8rem; padding-top: .8rem; }
.reads { columns: 18rem; list-style: none; margin: .3rem 0; padding: 0; font-size: .84rem; } .reads li { break-inside: avoid; padding: .1rem 0; }
.finding > summary { display: flex; gap: .8rem; align-items: baseline; list-style: none; } .finding > summary::-webkit-details-marker { display: none; } .finding > summary .badges { flex: 0 0 6.5rem; flex-direction: column; align-items: flex-start; } .finding .what { flex: 1; min-width: 0; }
.finding .what > .soft { display: block; } .finding h3, .finding h4 { font-weight: 500; } .finding:not([open]) :is(h3, h4) { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; } .finding:not([open]) .what > .soft { max-height: 3em; overflow: hidden; }
.finding > div { padding-left: 1.25rem; }
h3.group { margin: 1.5rem 0 .5rem; }
.part { border: 1px solid var(--line); border-radius: .5rem; margin: .8rem 0; padding: .6rem .9rem .7rem; } .part-head { display: flex; justify-content: space-between; align-items: center; gap: 1rem; margin: 0 0 .2rem; }
.typed { position: relative; margin: .5rem 0; } .typed pre { margin: 0; padding-right: 9rem; } .typed .copy { position: absolute; top: .45rem; right: .5rem; }
dl { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .3rem 1rem; margin: .4rem 0; font-size: .875rem; } dt { color: var(--soft); } dd { margin: 0; min-width: 0; } dd .pair { display: inline-block; margin-right: .8rem; }
code, pre { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .82rem; background: var(--sunk); border-radius: .35rem; } code { padding: .1rem .3rem; } summary code { background: transparent; color: var(--soft); }
pre { padding: .6rem .8rem; overflow: auto; margin: .2rem 0; white-space: pre-wrap; border: 1px solid var(--line); max-height: 24rem; }
ul.plain { list-style: none; margin: 0; padding: 0; font-size: .9rem; } ul.plain li { padding: .4rem 0; border-top: 1px solid var(--line); } ul.plain li:first-child { border-top: 0; } ul.lines li { display: flex; gap: .7rem; align-items: baseline; } ul.lines .badges { flex: 0 0 5rem; }
button, input, select { font: inherit; color: inherit; } button { background: var(--card); border: 1px solid var(--line); border-radius: .45rem; padding: .35rem .9rem; cursor: pointer; font-weight: 500; font-size: .875rem; } button:hover { background: var(--sunk); }
.copy { padding: .1rem .55rem; font-size: .78rem; color: var(--link); } .copy.done { color: var(--good); } .buttons { display: flex; gap: .5rem; flex-wrap: wrap; margin-top: .7rem; } #more { display: block; margin: 1rem auto; } #more[hidden] { display: none; }
#filters { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .9rem 1rem; } #more-filters { border: 0; margin: .4rem 0 0; background: none; } #more-filters > summary { padding: .3rem .2rem; font-size: .9rem; font-weight: 600; border: 0; display: inline-flex; gap: .6rem; } #more-filters > div { padding: .3rem 0 0; }
.field { display: flex; flex-direction: column; gap: .2rem; min-width: 0; } .field[hidden] { display: none; } .field label, legend { font-size: .8rem; color: var(--soft); font-weight: 600; padding: 0; }
input[type="search"], select { width: 100%; background: var(--page); border: 1px solid #8a95a3; border-radius: .45rem; padding: .4rem .6rem; } ::placeholder { color: var(--soft); opacity: 1; }
.selects { display: grid; grid-template-columns: repeat(auto-fill, minmax(11.5rem, 1fr)); gap: .7rem .9rem; margin: .8rem 0; }
fieldset { border: 0; margin: 0 0 .5rem; padding: 0; display: flex; flex-wrap: wrap; gap: .35rem; } legend { margin-bottom: .2rem; }
.chip { position: relative; cursor: pointer; } .chip input { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; opacity: 0; cursor: pointer; } .chip > span { display: inline-block; border: 1px solid #8a95a3; border-radius: 1rem; padding: .1rem .7rem; font-size: .84rem; background: var(--page); } .chip .n { color: var(--soft); font-variant-numeric: tabular-nums; }
.chip input:checked + span { background: var(--text); border-color: var(--text); color: var(--page); font-weight: 600; } .chip input:checked + span .n { color: inherit; } .chip input:focus-visible + span { outline: 3px solid var(--focus); outline-offset: 2px; }
#count { font-size: .9rem; color: var(--soft); margin: .9rem 0 .5rem; } #linked:has(*) { border: 2px solid var(--focus); border-radius: .7rem; padding: .6rem .8rem .3rem; margin: .8rem 0; }
@media (max-width: 48rem) { header, main, footer, nav ul { padding-left: 1rem; padding-right: 1rem; } h1 { font-size: 1.35rem; } dl { grid-template-columns: 1fr; } dd { margin-bottom: .4rem; } .cards { grid-template-columns: 1fr; } .tiles { grid-template-columns: repeat(auto-fill, minmax(6rem, 1fr)); gap: .5rem; }
  .finding > summary { flex-direction: column; gap: .35rem; position: relative; } .finding > summary::after { position: absolute; top: 1rem; right: 1rem; } .finding > summary .badges { flex: none; flex-direction: row; } .finding > div { padding-left: 1rem; } .typed pre { padding-right: .8rem; padding-top: 2.3rem; } .counts .wide { min-width: 12rem; } ul.lines li { flex-direction: column; gap: .2rem; } ul.lines .badges { flex: none; } }
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: auto; } }
.printed { display: none; }
@media print { .printed { display: block; } :root { color-scheme: light; --page: #fff; --card: #fff; --sunk: #f4f4f4; --line: #bbb; --text: #000; --soft: #444; --link: #000; --critical: #9f1239; --high: #ad3a00; --medium: #7a5200; --low: #255a87; --good: #17683a; --critical-soft: #fff; --high-soft: #fff; --medium-soft: #fff; --low-soft: #fff; --good-soft: #fff; }
  body { font-size: 10pt; } nav, .skip, button, #filters, .copy, summary::after { display: none !important; } .finding:not([open]) :is(h3, h4) { -webkit-line-clamp: none; } details, .cards > li, tr { break-inside: avoid; } .scroll, .scroll.tall, pre { overflow: visible; max-height: none; } thead th { position: static; } .typed pre { padding-right: .8rem; } h2 { break-after: avoid; } }
`;
