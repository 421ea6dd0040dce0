"""How a page looks and what its search does: a style sheet and a script, which stand in the page itself."""

from __future__ import annotations

from typing import Final

__all__ = ["PARTS", "SCRIPT", "STYLE"]

PARTS: Final = """\
.asnfp{--line:color-mix(in srgb,currentColor 22%,transparent);--tint:color-mix(in srgb,currentColor 6%,transparent);
--soft:color-mix(in srgb,currentColor 72%,transparent);line-height:1.45;overflow-wrap:anywhere}
.asnfp *{box-sizing:border-box}
.asnfp summary{cursor:pointer}
.asnfp code,.asnfp .name{
font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.875em;
background:none;color:inherit;white-space:normal}
.asnfp .soft{color:var(--soft)}
.asnfp .role{display:inline-block;white-space:nowrap;max-width:100%;overflow:hidden;
text-overflow:ellipsis;vertical-align:bottom;font-size:.8em;padding:.1em .6em .1em .45em;border-radius:1em;
border:1px solid var(--line);background:var(--tint);color:inherit;text-decoration:none}
.asnfp .role::before{content:"";display:inline-block;width:.65em;height:.65em;border-radius:50%;margin-right:.45em;
background:var(--dot,#8a8a8a)}
.asnfp .science{--dot:#2a9d5c}.asnfp .background{--dot:#2f7fd0}.asnfp .imprint{--dot:#8e5bd0}.asnfp .psf{--dot:#e08a00}
.asnfp .selfcal{--dot:#0e9aa7}.asnfp .target_acquisition{--dot:#b8860b}
.asnfp .sourcecat,.asnfp .segmap,.asnfp .direct_image{--dot:#d0568f}
.asnfp .out,.asnfp .error{--dot:#d13438}.asnfp .warning{--dot:#e0a100}
.asnfp .out::before,.asnfp .error::before,.asnfp .warning::before{border-radius:1px}
.asnfp .warning::before{transform:rotate(45deg) scale(.85)}
.asnfp .hollow::before{box-sizing:border-box;background:none;border:2px solid var(--dot,#8a8a8a)}
.asnfp .lines{white-space:pre-line}
.asnfp .stories{margin:0 0 1.2em}
.asnfp .story{border-top:1px solid var(--line)}
.asnfp .story:last-of-type{border-bottom:1px solid var(--line)}
.asnfp .story>summary{display:grid;grid-template-columns:1em minmax(0,22em) 11em minmax(0,1fr);gap:.1em .8em;
padding:.45em .3em;align-items:baseline;list-style:none}
.asnfp .story>summary::-webkit-details-marker{display:none}
.asnfp .story>summary::before,.group>summary::before{content:"\\25b8";color:var(--soft)}
.asnfp .story[open]>summary::before,.group[open]>summary::before{content:"\\25be"}
.asnfp .story>summary>*{grid-column:4}.asnfp .story>summary>.name{grid-column:2}
.asnfp .story>summary>.as{grid-column:3}
.asnfp .story>summary .soft{font-size:.875em}.asnfp .story>summary>* .name{display:inline-block}
.asnfp .lack::before{content:"\\25cb";margin-right:.4em}
.asnfp .story ol,.asnfp .story ul{list-style:none;margin:0 0 .8em 2em;padding:0}
.asnfp .used .lines{display:block;margin:.2em 0 0}.asnfp .used .short{columns:20em}.asnfp .head{font-size:.925em}
.asnfp .story li{margin:0;padding:.3em 0 .3em .8em;border-left:3px solid var(--line)}
.asnfp .story li.blamed{border-left-color:#d13438}
.asnfp .differing{display:block;margin:.1em 0 0;font-size:.925em}
.asnfp .differing b{font-weight:600}
@media(max-width:760px){.asnfp .story>summary{grid-template-columns:1em minmax(0,1fr)}
.asnfp .story>summary>*,.asnfp .story>summary>.as{grid-column:2}.asnfp .story ol,.asnfp .story ul{margin-left:.4em}}
"""
"""What the parts of a page need, also where a notebook shows one of them alone."""

STYLE: Final = """\
:root{color-scheme:light dark;--back:#f6f7f9;--card:#fff;--ink:#1b1f24;--focus:#1769c0}
@media(prefers-color-scheme:dark){:root{--back:#14171b;--card:#1c2026;--ink:#e4e7eb;--focus:#6cb2ff}}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--back);color:var(--ink);font:16px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:72rem;margin:0 auto;padding:1rem 1rem 4rem}
h1{font-size:1.5rem;margin:.4rem 0 .1rem}
h2{font-size:1.15rem;margin:1.6rem 0 .6rem}h2 .soft{font-weight:400}h3{font:inherit;display:inline}
p{margin:.3rem 0}a{color:inherit}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px}
#tools{position:sticky;top:0;z-index:1;background:var(--back);padding:.6rem 0;margin:.6rem 0 .4rem;
display:flex;flex-wrap:wrap;gap:.4rem .6rem;align-items:center;border-bottom:1px solid var(--line)}
#tools[hidden]{display:none}
#q{flex:1 1 14rem;min-width:0;font:inherit;padding:.45em .7em;border:1px solid var(--soft);border-radius:.4rem;
background:var(--card);color:inherit}
#q::placeholder{color:var(--soft);opacity:1}
button{font:inherit;font-size:.875rem;padding:.45em .8em;border:1px solid var(--line);border-radius:.4rem;
background:var(--card);color:inherit;cursor:pointer}
#said{flex-basis:100%;font-size:.875rem;color:var(--soft);min-height:1.4em}
.roles li{min-width:0}
.roles{display:flex;flex-wrap:wrap;gap:.35rem;margin:.6rem 0 0;padding:0;list-style:none}
.asn{background:var(--card);border:1px solid var(--line);border-radius:.5rem;margin:.6rem 0;padding:0 .9rem}
.group>summary{position:relative;padding-left:1.3rem;list-style:none}.group>summary::before{position:absolute;left:0}
.asn>summary{display:flex;flex-wrap:wrap;gap:.15rem .5rem;align-items:baseline;padding-top:.6rem;padding-bottom:.6rem}
.asn>summary::-webkit-details-marker,.product>summary::-webkit-details-marker{display:none}
.asn>summary h2{font-size:1rem;margin:0;flex:0 1 auto;min-width:0}.asn>summary .soft{flex-basis:100%;font-size:.9rem}
.asn[open]{padding-bottom:.8rem}
.keys{display:flex;flex-wrap:wrap;gap:.3rem .5rem;margin:.2rem 0 .8rem;padding:0;list-style:none}
.keys li{font-size:.85rem;border:1px solid var(--line);border-radius:.3rem;padding:.1em .5em}
.keys b,.findings b{font-weight:600}.keys .any{opacity:.75}
.caption{font-size:.85rem;font-weight:600;margin:.6rem 0 .3rem}
.findings{margin:.2rem 0 .8rem;padding:0;list-style:none}
.findings li{padding:.35rem 0 .35rem .7rem;margin:.3rem 0;border-left:3px solid var(--dot)}
.product{border-top:1px solid var(--line);padding:.5rem 0;content-visibility:auto;contain-intrinsic-size:auto 12rem}
.own{border-top:1px solid var(--line);padding-top:.5rem;font-size:.875rem}.own .keys{margin:.5rem 0 0}
.product>summary .soft{margin-left:.6em;font-size:.875rem}
table{border-collapse:collapse;table-layout:fixed;width:100%;margin:.3rem 0 .2rem}
th,td{text-align:left;vertical-align:baseline;padding:.22rem .6rem .22rem 0;font-weight:400}
th{width:11rem}tbody tr:hover{background:var(--tint)}
[hidden]{display:none!important}
.stories{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:0 .9rem .6rem}
.stories h2{margin:.8rem 0 .5rem}
.alone{border:1px solid #d13438;border-left-width:4px;border-radius:.3rem;padding:.5rem .8rem;margin:.8rem 0}
@media(max-width:600px){main{padding:.6rem .7rem 3rem}#tools{position:static}#q{flex-basis:100%}
.asnfp .name{font-size:.8rem}
.product>summary .soft{display:block;margin-left:0}
.asnfp .asn>summary h2{font-size:.875rem}button{padding:.3em .6em}
table,tbody,th,td{display:block;width:auto}th,td{padding:.05rem 0}
tr{display:block;padding:.35rem 0;border-top:1px dotted var(--line)}.asn,.stories{padding-left:.7rem;padding-right:.7rem}}
@media print{:root{color-scheme:light;--back:#fff;--card:#fff;--ink:#000}#tools{display:none}body{font-size:10pt}
main{max-width:none;padding:0}.product{content-visibility:visible}.asn{border-color:#999}tr,li,summary{break-inside:avoid}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
"""
"""What a page needs besides: colours for light and dark, room for a phone, and paper."""

SCRIPT: Final = """\
(() => {
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const tools = document.getElementById('tools'), box = document.getElementById('q'), said = document.getElementById('said');
  const rows = all('.row'), groups = all('.group'), closed = new Map(), labels = new Map();
  let texts;
  const mark = each => `${each.dataset.kind || 'role'}:${each.textContent}`;
  const above = node => node.parentElement.closest('.group');
  const label = group => {
    if (!group) return '';
    if (!labels.has(group)) {
      const own = all('.label', group).filter(each => above(each) === group).map(each => `${each.textContent} ${mark(each)}`);
      labels.set(group, `${own.join(' ')} ${label(above(group))}`);
    }
    return labels.get(group);
  };
  const marks = row => [...all('.role', row).map(mark), ...all('[data-find]', row).map(each => each.dataset.find)];
  const textOf = row => `${row.textContent} ${marks(row).join(' ')} ${label(above(row))}`.toLowerCase();
  const count = kind => {
    const known = rows.filter(row => row.dataset.kind === kind), found = known.filter(row => !row.hidden);
    return known.length ? [`${found.length} of ${known.length} ${kind}${known.length === 1 ? '' : 's'}`] : [];
  };
  const help = said.textContent;
  const headings = all('.stories h2 .soft').map(each => [each, each.textContent]);
  const recount = searching => headings.forEach(([place, before]) => {
    const own = all('.row', place.closest('.stories')), found = own.filter(row => !row.hidden).length;
    place.textContent = searching ? `${found} of these ${own.length} found` : before;
  });
  const tell = shown => {
    if (!shown) { said.textContent = help; return; }
    const of = all('.asn'), left = of.filter(each => !each.hidden).length;
    const told = [...count('member'), ...count('file')];
    if (of.length) told.push(`${left} of ${of.length} association${of.length === 1 ? '' : 's'}`);
    said.textContent = rows.every(row => row.hidden) ? 'nothing found' : told.join(', ');
  };
  const search = () => {
    const words = box.value.toLowerCase().split(/\\s+/).filter(Boolean), shown = new Set();
    texts ||= rows.map(textOf);
    rows.forEach((row, at) => {
      row.hidden = !words.every(word => texts[at].includes(word));
      if (!row.hidden) for (let group = above(row); group && !shown.has(group); group = above(group)) shown.add(group);
    });
    groups.forEach(group => {
      group.hidden = words.length > 0 && !shown.has(group);
      if (!('open' in group)) return;
      if (words.length && !closed.has(group)) closed.set(group, group.open);
      if (words.length) group.open = true;
      else if (closed.has(group)) { group.open = closed.get(group); closed.delete(group); }
    });
    tell(words.length > 0);
    recount(words.length > 0);
  };
  const typed = () => {
    search();
    try { history.replaceState(null, '', `#${box.value && `q=${encodeURIComponent(box.value)}`}`); } catch { /* refused */ }
  };
  const asked = () => {
    const wanted = new URLSearchParams(location.hash.slice(1).replaceAll('+', '%2B')).get('q') || '';
    if (wanted !== box.value) { box.value = wanted; search(); }
  };
  let waiting;
  box.addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(typed, rows.length > 2000 ? 200 : 30); });
  tools.addEventListener('submit', event => event.preventDefault());
  for (const [name, open] of [['open', true], ['close', false]])
    document.getElementById(name).addEventListener('click', () => all('details').forEach(each => { each.open = open; }));
  addEventListener('hashchange', asked);
  addEventListener('keydown', event => {
    if (event.key === '/' && document.activeElement !== box) { event.preventDefault(); box.focus(); }
    if (event.key === 'Escape' && box.value) { box.value = ''; typed(); }
  });
  let before = [];
  addEventListener('beforeprint', () => {
    before = all('details:not([open])');
    before.forEach(each => { each.open = true; });
  });
  addEventListener('afterprint', () => before.forEach(each => { each.open = false; }));
  tools.hidden = false;
  asked();
})();
"""
"""The search, which hides what does not match; without it the page shows everything."""
