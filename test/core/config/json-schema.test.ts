import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { MINIMAL, MISTAKES, replaced } from './mistakes.ts';

/** The schema that editors read, as it is published. */
const SCHEMA = JSON.parse(readFileSync(new URL('../../../core/config/tidegate.schema.json', import.meta.url), 'utf8'));
const accepts = new Ajv2020({ strict: false, strictNumbers: true }).compile(SCHEMA);

/** What needs more than the shape of one value. */
const BEYOND_A_SCHEMA = [
  /needs probabilities/,
  /is of classifiers|which retrains m too/,
  /\[0, 1\]|not a metric of|used twice|not an environment above|also written by|the store of|limits is history/,
  /needs exactly one|has margin-from|needs either|has only a file|without (context|creator)|not in ascending order|not a path inside/,
  /the same key twice|not a GTO|names no model|__proto__|second YAML|without its anchor|is not valid YAML|tab as|list or a mapping/,
];

describe('tidegate.schema.json', () => {
  it('accepts the smallest config, the whole one of the guide and the templates', () => {
    expect(accepts(parse(MINIMAL)), JSON.stringify(accepts.errors)).toBe(true);
    const full = readFileSync(new URL('../../fixtures/config/full.yaml', import.meta.url), 'utf8');
    expect(accepts(parse(full)), JSON.stringify(accepts.errors)).toBe(true);
  });

  const visible = MISTAKES.filter(({ shown }) => !BEYOND_A_SCHEMA.some((beyond) => beyond.test(shown.join())));
  it.each(visible)('refuses $name', ({ text }) => {
    expect(accepts(parse(text))).toBe(false);
  });

  it('sees most kinds of mistakes', () => expect(visible.length).toBeGreaterThan(30));

  it('lets durations, sizes and margins be written as the parser reads them', () => {
    const margins = ['0', '0.005', '1%', '2.5 %'];
    for (const margin of margins) {
      const text = replaced('min: 0.5', `max-regression: ${margin}`);
      expect(accepts(parse(text)), margin).toBe(true);
    }
  });
});
