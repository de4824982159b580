import type { SeededRandom } from '../../testkit/seeded-random.ts';

/** CSV text with the dialect that it is written in. */
export interface RandomCsv {
  readonly text: string;
  readonly delimiter: string;
  readonly encoding: 'utf-8-sig' | 'utf-16';
  /** What was done to it. */
  readonly fault: string;
}

const KINDS: readonly (readonly string[])[] = [
  ['0', '1', '17', '-3', '+5', '007', '2147483648'],
  ['0.5', '-1.25e3', '.5', '5.', '1e-7', '3', 'inf', '1E5'],
  ['a', 'b c', 'Zürich', '東京', 'yes', 'x_y', "it's", '#1'],
  ['true', 'false', 'True', 'FALSE'],
  ['2001-02-03', '1999-12-31', '2001-2-3'],
  ['2001-02-03 04:05:06', '2001-02-03 23:59', '2001-02-03 00:00:00'],
];
const ODD = ['NA', '', '?', '-', 'null', 'None', '1_000', '0x1F', '1,5', '12:30', '2001-02-30', '1e400', ' 5', 'nan'];
const ODD_TEXT = ['a "b" c', 'x;y', 'p|q', 'l\nm', 'r\r\ns', ' lead', 'trail ', '🚗', 'tab\tbed'];

/** What may be wrong with a file, applied to its records. */
const FAULTS: Readonly<Record<string, (lines: string[], at: number, delimiter: string) => void>> = {
  none: () => {},
  'a field less': (lines, at) => lines.splice(at, 1, (lines[at] ?? '').replace(/[^,;\t|]*[,;\t|]/, '')),
  'a field more': (lines, at, delimiter) => lines.splice(at, 1, `${lines[at]}${delimiter}9`),
  'an empty field more': (lines, at, delimiter) => lines.splice(at, 1, `${lines[at]}${delimiter}`),
  'a space before a quote': (lines, at) => lines.splice(at, 1, ` "q"${lines[at] ?? ''}`),
  'a space after a quote': (lines, at) => lines.splice(at, 1, `"q" ${(lines[at] ?? '').replace(/^[^,;\t|]*/, '')}`),
  'an open quote': (lines, at, delimiter) =>
    lines.splice(at, 1, `"${lines[at]?.replaceAll('"', '') ?? ''}${delimiter}`),
  'an empty line': (lines, at) => lines.splice(at, 0, ''),
  'a quote in a field': (lines, at) => lines.splice(at, 1, `x"y${lines[at] ?? ''}`),
  'text after a quote': (lines, at) => lines.splice(at, 1, `"q"r${lines[at] ?? ''}`),
  'a comment': (lines, at) => lines.splice(at, 0, '# made by hand'),
};

/** Random CSV of a few columns and rows: dialect, values, and at most one fault. */
export function randomCsv(random: SeededRandom): RandomCsv {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random.uniform() * from.length)] as T;
  const delimiter = pick([',', ',', ';', '\t', '|']);
  const quotesAll = random.uniform() < 0.2;
  const kinds = Array.from({ length: 1 + Math.floor(random.uniform() * 5) }, () => pick(KINDS));
  const oddity = random.uniform() < 0.5 ? 0 : 0.1;
  const value = (kind: readonly string[]) => {
    if (random.uniform() >= oddity) return pick(kind);
    return pick(random.uniform() < 0.3 ? ODD_TEXT : ODD);
  };
  const field = (text: string) => (quotesAll || /["\r\n,;\t|]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const rows = Array.from({ length: 3 + Math.floor(random.uniform() * 30) }, () => kinds.map(value));
  const header = kinds.map((_, at) => pick(['x', 'Name', 'a b', 'ü', 'A.1']) + at);
  const lines = [header, ...rows].map((row) => row.map(field).join(delimiter));
  const fault = random.uniform() < 0.4 ? pick(Object.keys(FAULTS)) : 'none';
  FAULTS[fault]?.(lines, 1 + Math.floor(random.uniform() * rows.length), delimiter);
  const ending = pick(['\n', '\n', '\r\n']);
  const isUtf16 = random.uniform() < 0.1;
  const mark = isUtf16 || random.uniform() < 0.15 ? '\uFEFF' : '';
  const text = `${mark}${lines.join(ending)}${random.uniform() < 0.8 ? ending : ''}`;
  return { text, delimiter, encoding: isUtf16 ? 'utf-16' : 'utf-8-sig', fault };
}
