/** The style of the pictures: the page's colours, so that they are light and dark as it is. */
export const pictureStyle = `
.shared { position: absolute; }
.exposure { display: flex; flex-wrap: wrap; gap: 1rem 1.75rem; align-items: flex-start; margin: .3rem 0 1.2rem; } .exposure svg { flex: 1 1 20rem; max-width: 34rem; min-width: 0; height: auto; } .exposure .told { flex: 1 1 20rem; min-width: 0; }
.exposure text, #exposure-places text { font-size: 12.5px; text-anchor: middle; fill: var(--text); } #exposure-places text.soft { fill: var(--soft); font-size: 11px; }
#exposure-places rect { fill: var(--sunk); stroke: var(--soft); stroke-opacity: .45; } #exposure-places rect.net { fill: none; stroke-dasharray: 2 4; }
marker.plain path { fill: var(--soft); } marker.critical path { fill: var(--critical); } marker.high path { fill: var(--high); } marker.medium path { fill: var(--medium); } marker.low path { fill: var(--low); }
.line { fill: none; stroke: var(--soft); stroke-width: 1.5; } .line.fine { stroke: var(--good); stroke-width: 1.2; opacity: .45; } .line.unseen { stroke-dasharray: 7 5; stroke-width: 2; marker-end: url(#head-plain); } .line.unjudged { stroke-dasharray: 1.5 4; opacity: .7; } .line.waived { marker-end: url(#head-plain); }
.line.open { stroke: var(--low); stroke-width: 2; marker-end: url(#head-low); } .line.medium { stroke: var(--medium); stroke-width: 2.5; marker-end: url(#head-medium); } .line.high { stroke: var(--high); stroke-width: 3.5; marker-end: url(#head-high); } .line.critical { stroke: var(--critical); stroke-width: 4; marker-end: url(#head-critical); }
.reached { fill: none; stroke: var(--low); stroke-width: 2; } .reached.medium { stroke: var(--medium); } .reached.high { stroke: var(--high); stroke-width: 2.5; } .reached.critical { stroke: var(--critical); stroke-width: 2.5; }
.label rect { fill: var(--card); stroke: var(--soft); } .label text { font-size: 11px; font-weight: 600; } .label.unseen rect { stroke-dasharray: 4 3; } .exposure text.unjudged { fill: var(--soft); font-size: 11px; stroke: var(--card); stroke-width: 6px; paint-order: stroke; stroke-linejoin: round; }
.label.open rect { fill: var(--low); stroke: var(--card); } .label.open text { fill: var(--card); } .label.medium rect { fill: var(--medium); } .label.high rect { fill: var(--high); } .label.critical rect { fill: var(--critical); }
a.label:hover rect, a.label:focus-visible rect { stroke: var(--focus); stroke-width: 2.5; } a.label:focus-visible { outline: none; }
.exposure .fine:not(.line) { fill: var(--card); stroke: var(--good); stroke-opacity: .6; } .tick { fill: none; stroke: var(--good); stroke-width: 1.6; }
.paths { list-style: none; margin: .3rem 0; padding: 0; } .paths li { border-top: 1px solid var(--line); padding: .5rem 0; } .paths li:first-child { border-top: 0; } .paths p { margin: .1rem 0; font-size: .9rem; } .paths p > a { color: inherit; text-decoration-color: var(--line); text-underline-offset: .2em; } .paths p > a:hover { text-decoration-color: currentColor; }
.namespaces { margin: .3rem 0 1.2rem; } .namespaces .scroll { border: 0; background: none; margin: .4rem 0; } .namespaces svg { display: block; }
.namespaces text { font-size: 12px; fill: var(--text); } .namespaces text.row { text-anchor: end; } .namespaces text.soft { fill: var(--soft); }
.namespaces .own { fill: var(--sunk); } .namespaces .grid { fill: none; stroke: var(--line); } .namespaces .full { fill: var(--low); } .namespaces .perhaps { fill: none; stroke: var(--text); stroke-width: 1.3; stroke-dasharray: 2.5 2; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1rem; align-items: center; font-size: .84rem; } .mark { width: 16px; height: 16px; display: inline-grid; place-items: center; border: 1px solid var(--line); margin-right: .4rem; vertical-align: -3px; } .mark.all { background: var(--low); } .mark.some::after { content: ""; width: 7px; height: 7px; background: var(--low); } .mark.perhaps::after { content: ""; width: 9px; height: 9px; border: 1.3px dashed var(--text); }
@media print { .mark, .namespaces .full, .label rect { print-color-adjust: exact; } .exposure, .namespaces svg { break-inside: avoid; } .namespaces svg { max-width: 100%; height: auto; } }
@media (max-width: 30rem) { .exposure text, #exposure-places text { font-size: 14px; } .exposure .label text { font-size: 12.5px; } }
dl.quiet { font-size: .84rem; grid-template-columns: 1fr; gap: 0; } dl.quiet dd { margin-bottom: .4rem; }
`;
