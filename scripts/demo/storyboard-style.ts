/** The storyboard's looks: one column that a phone shows without a sideways scroll; wide tables scroll by themselves. */
export const STYLE = `
:root { color-scheme: light; --ink: #1c2733; --muted: #5d6b7a; --line: #d8dfe6; --paper: #fff; --sea: #0b4f6c; --foam: #eef5f8;
  --good: #1a7f4b; --bad: #b3261e; --merged: #6f42c1; }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; color: var(--ink); background: #f6f8fa; overflow-wrap: anywhere; }
.top { background: linear-gradient(160deg, #0b4f6c, #08324a); color: #fff; padding: 2.5rem max(1rem, calc(50vw - 30rem)) 1.5rem; }
.top h1 { margin: 0 0 .5rem; font-size: clamp(1.6rem, 5vw, 2.4rem); line-height: 1.15; }
.top p { max-width: 44rem; margin: .5rem 0; }
.facts { display: flex; flex-wrap: wrap; gap: .4rem 1.4rem; opacity: .95; }
nav ol { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .5rem; list-style: none; padding: 0; margin: 1.2rem 0 0; }
nav a { display: block; height: 100%; padding: .55rem .8rem; border: 1px solid #ffffff55; border-radius: .5rem; color: #fff; text-decoration: none; }
nav a:hover, nav a:focus { background: #ffffff22; }
main { max-width: 62rem; margin: 0 auto; padding: 0 1rem; }
.act { padding: 2.2rem 0 1rem; border-bottom: 1px solid var(--line); }
.act h2 { margin: 0; font-size: 1.5rem; color: var(--sea); }
.number { font-size: .85rem; text-transform: uppercase; letter-spacing: .08em; color: var(--muted); display: block; }
.what { font-size: 1.05rem; margin: .5rem 0; } .look { color: var(--muted); margin: .3rem 0; }
.expectations { list-style: none; padding: 0; margin: .8rem 0; font-size: .92rem; } .holds { color: var(--good); } .broken { color: var(--bad); font-weight: 600; }
.item { background: var(--paper); border: 1px solid var(--line); border-radius: .7rem; padding: 1rem; margin: 1rem 0; min-width: 0; }
.item > header { display: flex; flex-wrap: wrap; gap: .2rem .7rem; align-items: center; }
.item h3 { margin: 0; font-size: 1.15rem; flex: 1 1 14rem; } .detail { flex-basis: 100%; margin: 0; font-size: .88rem; }
.state { padding: .1rem .65rem; border-radius: 1rem; color: #fff; font-size: .82rem; font-weight: 600; background: var(--good); }
.state.merged { background: var(--merged); } .state.closed { background: var(--bad); }
.muted { color: var(--muted); font-weight: 400; }
.bubble { border: 1px solid var(--line); border-radius: .5rem; margin: .8rem 0; min-width: 0; }
.author { background: var(--foam); margin: 0; padding: .3rem .8rem; font-size: .85rem; font-weight: 600; border-radius: .5rem .5rem 0 0; }
.markdown { padding: .3rem .9rem .6rem; min-width: 0; } .markdown h3 { font-size: 1.1rem; } .markdown h4 { margin: 1rem 0 .3rem; }
.markdown blockquote { margin: .6rem 0; padding: 0 .8rem; border-left: 4px solid var(--line); color: var(--muted); }
.table { overflow-x: auto; } table { border-collapse: collapse; font-size: .9rem; margin: .5rem 0; }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left; overflow-wrap: normal; } th.right, td.right { text-align: right; } thead th { background: var(--foam); }
td code { overflow-wrap: anywhere; }
code { font: .86em ui-monospace, SFMono-Regular, Menlo, monospace; background: #eef1f4; border-radius: .25rem; padding: .05rem .3rem; }
pre { overflow-x: auto; } pre.code { background: #f2f4f7; padding: .7rem; border-radius: .4rem; font: .8rem/1.45 ui-monospace, Menlo, monospace; max-height: 28rem; }
.diff { font: .8rem/1.5 ui-monospace, Menlo, monospace; margin: .3rem 0; } .diff span { display: block; white-space: pre; padding: 0 .6rem; min-width: max-content; }
.add { background: #dafbe1; } .del { background: #ffe5e3; } .hunk { color: var(--muted); background: var(--foam); }
.plus { color: var(--good); } .minus { color: var(--bad); }
.files, .run { margin: .7rem 0; } summary { cursor: pointer; } .file summary, p.file { font: .84rem ui-monospace, Menlo, monospace; margin: .25rem 0; }
.checks { list-style: none; padding: .5rem .8rem; border: 1px solid var(--line); border-radius: .5rem; margin: .8rem 0; font-size: .92rem; }
.chart { overflow-x: auto; } .mermaid svg { max-width: 100%; height: auto; } .link { color: var(--sea); text-decoration: underline; }
.run > summary { font-size: .92rem; } .run h4 { margin: .8rem 0 .2rem; }
footer { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; color: var(--muted); font-size: .88rem; }
`;
