import { UserError } from '../../errors.ts';
import { type CsvFiles, unpacked } from './csv-extra-fields.ts';

const NAMES = { '\n': 'LF', '\r\n': 'CR LF', '\r': 'CR' } as const;
type LineEnd = keyof typeof NAMES;

/**
 * Refuses files whose lines end in several ways, which the engine does not read.
 *
 * @throws {UserError} DATA_INVALID with the first line that ends in another way than the first one.
 */
export async function refuseMixedEnds(groups: readonly CsvFiles[]): Promise<void> {
  for (const { files, encoding } of groups) {
    for (const file of files) {
      const decoder = new TextDecoder(encoding === 'utf-16' ? 'utf-16le' : 'utf-8');
      const scan = new LineEnds();
      for await (const chunk of unpacked(file)) refuse(file, scan.add(decoder.decode(chunk, { stream: true })));
      refuse(file, scan.add('\n'));
    }
  }
}

interface OddEnd {
  /** From 1. */
  readonly line: number;
  readonly end: LineEnd;
  readonly first: LineEnd;
}

function refuse(file: string, odd: OddEnd | undefined): void {
  if (odd === undefined) return;
  throw new UserError(
    'DATA_INVALID',
    `${file}: line ${odd.line} ends with ${NAMES[odd.end]}, and the lines before it with ${NAMES[odd.first]}`,
    {
      fix:
        odd.end === '\r' || odd.first === '\r'
          ? 'End all lines with LF, and put a value that contains CR into double quotes.'
          : "End all lines in the same way, for example with: sed -i 's/\\r$//' <file>",
    },
  );
}

/** Line ends outside of double quotes. */
class LineEnds {
  #line = 1;
  #isQuoted = false;
  #isReturn = false;
  #first: LineEnd | undefined;

  /** The first line that ends in another way than the first one. The last CR counts with the next text. */
  add(text: string): OddEnd | undefined {
    for (const character of text) {
      const end = this.#endAt(character);
      this.#isReturn = character === '\r' && !this.#isQuoted;
      if (character === '"') this.#isQuoted = !this.#isQuoted;
      if (end === undefined) continue;
      this.#first ??= end;
      if (end !== this.#first) return { line: this.#line, end, first: this.#first };
      this.#line++;
    }
    return undefined;
  }

  #endAt(character: string): LineEnd | undefined {
    if (this.#isQuoted) return undefined;
    if (character === '\n') return this.#isReturn ? '\r\n' : '\n';
    return this.#isReturn ? '\r' : undefined;
  }
}
