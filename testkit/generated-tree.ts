import type { SeededRandom } from './seeded-random.ts';

/** Names that file systems take and programs stumble over. */
const ODD_NAMES = [
  'with space',
  ' leading and trailing ',
  `quote's`,
  'double "quoted"',
  '100%25 sure',
  'emoji 😀🏳️‍🌈',
  'caf\u00e9 NFC',
  'cafe\u0301 NFD',
  '\uFFFD replacement',
  '\uFF21 full width',
  '\u{10FFFD} last plane',
  '\u{1F600}',
  '.hidden',
  '-dash',
  '#comment',
  'tab\there',
  'dollar $HOME `x`',
  'semi;colon&amp;',
  'a+b=c',
  '[brackets]',
  '日本語のファイル名',
  'x'.repeat(255),
  'é'.repeat(127),
];

/** A generated tree: path to bytes. */
export type GeneratedTree = Readonly<Record<string, Buffer>>;

/**
 * A tree of files for a tracked folder: odd names, deep folders, empty files, equal files, a file above a mebibyte.
 *
 * @param seeded The same seed gives the same tree.
 */
export function generateTree({ uniform }: SeededRandom, count: number): GeneratedTree {
  const pick = <T>(items: readonly T[]): T => {
    const item = items[Math.floor(uniform() * items.length)];
    if (item === undefined) throw new RangeError('nothing to choose from');
    return item;
  };
  const folders = [''];
  const files: Record<string, Buffer> = {};
  for (let index = 0; index < count; index += 1) {
    if (uniform() < 0.2) {
      const parent = pick(folders);
      const folder = `${parent}${uniform() < 0.5 ? pick(ODD_NAMES).slice(0, 60).trim() : `d${index}`}-${index}/`;
      if (Buffer.byteLength(folder) < 900) folders.push(folder);
    }
    const odd = ODD_NAMES[index];
    const name = odd ?? (uniform() < 0.3 ? `${pick(ODD_NAMES).slice(0, 40)}${index}` : `f${index}`);
    files[`${pick(folders)}${name}`] = contentOf(uniform);
  }
  return files;
}

function contentOf(uniform: () => number): Buffer {
  const kind = uniform();
  if (kind < 0.1) return Buffer.alloc(0);
  if (kind < 0.2) return Buffer.from('the same in many files\r\n');
  if (kind < 0.3) return Buffer.from(`line ${uniform()}\r\nand another\r\n`);
  if (kind < 0.33) return Buffer.alloc(1_200_000, `text ${uniform()}\r\n`);
  return Buffer.from(Array.from({ length: Math.floor(uniform() * 200) + 1 }, () => Math.floor(uniform() * 256)));
}
