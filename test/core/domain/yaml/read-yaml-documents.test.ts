import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { readYamlDocuments } from '../../../../core/domain/yaml/read-yaml-documents.ts';
import {
  BYTES_PER_NODE,
  MAX_EXPANDED_YAML_NODES,
  MAX_YAML_ALIASES,
  MAX_YAML_DEPTH,
  MAX_YAML_DOCUMENTS,
  maxYamlNodes,
} from '../../../../core/domain/yaml/yaml-bounds.ts';
import { seededRandom } from '../../../../testkit/seeded-random.ts';

const BOUNDS = { maxBytes: 64 * 2 ** 10 };

const refusalOf = (text: string) => readYamlDocuments(text, BOUNDS).refusal?.message;
const list = (count: number, item: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => item(i)).join('');

/** Mappings in all styles, whose keys repeat by chance. */
function randomYaml(seed: number): string {
  const random = seededRandom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random.uniform() * from.length)] as T;
  const key = () => pick(['a', '"a"', "'b'", 'b', '1', '"1"', 'true', '~', '? a\n', '&x c', 'd e']);
  const flow = (): string =>
    `{${list(Math.floor(random.uniform() * 4), () => `${key()}: ${pick(['1', '[a, a]', '{a: 1, a: 2}'])}, `)}}`;
  const block = (indent: string, depth: number): string =>
    list(1 + Math.floor(random.uniform() * 4), () => {
      const value =
        depth > 0 && random.uniform() < 0.4 ? `\n${block(`${indent}  `, depth - 1)}` : ` ${pick(['x', flow()])}\n`;
      return `${indent}${key()}:${value}`;
    });
  return `${block('', 2)}${random.uniform() < 0.3 ? `---\n${block('', 1)}` : ''}`;
}

describe('readYamlDocuments', () => {
  it('finds the errors, repeated keys among them, that the parser finds in quadratic time', () => {
    const repeated = Array.from({ length: 300 }, (_, seed) => {
      const text = randomYaml(seed);
      const found = readYamlDocuments(text, BOUNDS).documents;
      const parsed = parseAllDocuments(text, { prettyErrors: false });
      const errors = (documents: typeof found) =>
        documents.map((document) => document.errors.map(({ code, pos: [start] }) => `${start} ${code}`).sort());
      expect(errors(found), text).toEqual(errors(Array.isArray(parsed) ? parsed : []));
      expect(found.map((document) => document.toJS({ mapAsMap: true }))).toEqual(
        (Array.isArray(parsed) ? parsed : []).map((document) => document.toJS({ mapAsMap: true })),
      );
      return found.flatMap(({ errors }) => errors).filter(({ code }) => code === 'DUPLICATE_KEY').length;
    });
    expect(repeated.filter((count) => count > 0).length).toBeGreaterThan(50);
  });

  it.each([
    {
      name: 'bytes, of a text in ASCII',
      at: `a: ${'x'.repeat(BOUNDS.maxBytes - 3)}`,
      above: `a: ${'x'.repeat(BOUNDS.maxBytes - 2)}`,
      says: /65537|65536/,
    },
    {
      name: 'bytes, of a text whose characters have three',
      at: `a: ${'€'.repeat((BOUNDS.maxBytes - 4) / 3)}`,
      above: `a: ${'€'.repeat((BOUNDS.maxBytes - 1) / 3)}`,
      says: /has 65538 bytes, more than the limit of 65536 bytes/,
    },
    {
      name: 'values',
      // The token of the document and the list are two of them.
      at: `[${'a,'.repeat(maxYamlNodes(BOUNDS) - 3)}a]`,
      above: `[${'a,'.repeat(maxYamlNodes(BOUNDS) - 2)}a]`,
      says: /more than 10923 values/,
    },
    { name: 'depth', at: deep(MAX_YAML_DEPTH), above: deep(MAX_YAML_DEPTH + 1), says: /nested deeper than 100 levels/ },
    {
      name: 'documents',
      at: '--- a\n'.repeat(MAX_YAML_DOCUMENTS),
      above: '--- a\n'.repeat(MAX_YAML_DOCUMENTS + 1),
      says: /more than 1000 documents/,
    },
    {
      name: 'aliases',
      at: `- &a x\n${'- *a\n'.repeat(MAX_YAML_ALIASES)}`,
      above: `- &a x\n${'- *a\n'.repeat(MAX_YAML_ALIASES + 1)}`,
      says: /more than 1000 aliases/,
    },
    {
      name: 'what aliases expand to',
      at: expanding(MAX_EXPANDED_YAML_NODES / 1_000 - 3),
      above: expanding(MAX_EXPANDED_YAML_NODES / 1_000 + 1),
      says: /aliases that repeat each other too often/,
    },
    {
      name: 'what long texts are repeated to',
      at: `a: &a ${'x'.repeat(9_000)}\nb: [${'*a , '.repeat(900)}]`,
      above: `a: &a ${'x'.repeat(20_000)}\nb: [${'*a , '.repeat(900)}]`,
      says: /aliases that repeat each other too often/,
    },
  ])('takes a text at the bound of $name, and refuses one above it', ({ at, above, says }) => {
    expect(refusalOf(at)).toBeUndefined();
    expect(refusalOf(above)).toMatch(says);
  });

  it('allows one value per six bytes of its limit', () => {
    expect(maxYamlNodes(BOUNDS) * BYTES_PER_NODE).toBeGreaterThanOrEqual(BOUNDS.maxBytes);
    expect((maxYamlNodes(BOUNDS) - 1) * BYTES_PER_NODE).toBeLessThan(BOUNDS.maxBytes);
  });

  it('refuses an alias inside of what it stands for: no value can be made of it', () => {
    expect(refusalOf('a: &a [1, *a]')).toMatch(/inside the part that it refers to/);
    expect(refusalOf('a: &a {b: &b [*a]}')).toMatch(/inside the part that it refers to/);
  });

  it('takes an anchor that is given again', () => {
    expect(refusalOf('a: &a [1]\nb: &a [2]\nc: [*a, *a]')).toBeUndefined();
  });
});

/** The token of the document is one level. */
function deep(levels: number): string {
  return `${'['.repeat(levels - 1)}x${']'.repeat(levels - 1)}`;
}

/** A list of a thousand, too many times. */
function expanding(times: number): string {
  return `- &a [${'1,'.repeat(998)}1]\n${'- *a\n'.repeat(times)}`;
}
