import type { Chart } from './drawing.ts';

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1f2328;background:#fff}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}table{border-collapse:collapse;width:100%}
td,th{border-bottom:1px solid #d0d7de;padding:.3rem .6rem;text-align:left;vertical-align:top}td.n{text-align:right;font-variant-numeric:tabular-nums}
figure{margin:1rem 0;overflow-x:auto}figcaption{font-weight:600}code{font-size:.85em;word-break:break-all}
.pass,.no-drift{color:#1a7f37}.fail,.drift{color:#cf222e}.inconclusive{color:#9a6700}`;
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A page that fetches nothing and runs no script. The title is escaped; the body is HTML, and its texts must be escaped. */
export function renderHtmlPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>${htmlText(title)}</title>
<style>${STYLE}</style></head><body>
${body}
</body></html>
`;
}

/** A text as HTML, without control characters. */
export function htmlText(value: string): string {
  return value.replace(/\p{C}/gu, '\ufffd').replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}

/** Charts with their titles beneath each other. */
export function renderFigures(charts: readonly Chart[]): string {
  return charts
    .map(({ title, svg }) => `<figure><figcaption>${htmlText(title)}</figcaption>${svg}</figure>`)
    .join('\n');
}
