import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';

const PAGE = readFileSync(join(PROJECT_ROOT, 'docs', 'bounds.md'), 'utf8');
const ROW = /^\| ([^|]+) \| ([\d,]+)(?: ([a-zA-Z ]+))? \| ([^|]+) \| `([^`]+)` \| `([^`]+)` \|$/gm;
/** What a unit is in the constants. */
const UNITS: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20, s: 1_000 };

const rows = [...PAGE.matchAll(ROW)].map(([, input = '', number = '', unit, , constant = '', test = '']) => ({
  input,
  limit: Number(number.replaceAll(',', '')),
  unit,
  constant,
  test,
}));

/** The value of `file#NAME` or `file#NAME.field`. */
async function valueOfConstant(constant: string): Promise<unknown> {
  const [file = '', path = ''] = constant.split('#');
  const module: unknown = await import(join(PROJECT_ROOT, file));
  return path.split('.').reduce((value: unknown, key) => (value as Readonly<Record<string, unknown>>)[key], module);
}

describe('the page of bounds', () => {
  it('has a row in full for each line of its tables', () => {
    const lines = PAGE.split('\n').filter((line) => line.startsWith('|') && !/^\|(?:---| input )/.test(line));
    expect(rows).toHaveLength(lines.length);
    expect(rows.length).toBeGreaterThan(25);
    expect(new Set(rows.map(({ constant }) => constant)).size).toBe(rows.length);
  });

  it.each(rows)('says of "$input" what the code says', async ({ limit, unit, constant }) => {
    const isInMegabytes = constant.endsWith('heapMb');
    const factor = isInMegabytes ? 1 : (UNITS[unit ?? ''] ?? 1);
    expect(await valueOfConstant(constant)).toBe(limit * factor);
  });

  it.each(rows)('names for "$input" a test that uses its bound', ({ constant, test }) => {
    expect(existsSync(join(PROJECT_ROOT, test)), test).toBe(true);
    const name = constant.split('#')[1] ?? '';
    const text = readFileSync(join(PROJECT_ROOT, test), 'utf8');
    // A test may get it as a field of the limits that it takes.
    expect(
      name.split('.').some((part) => text.includes(part)),
      `${name} in ${test}`,
    ).toBe(true);
  });
});
