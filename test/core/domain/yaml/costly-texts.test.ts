import { describe, expect, it } from 'vitest';
import { PARSER_LIMITS } from '../../../../core/adapters/threads/thread-parser.ts';
import { parseConfig } from '../../../../core/config/parse-config.ts';
import { MAX_CONFIG_BYTES } from '../../../../core/config/read-yaml.ts';
import { readTargets } from '../../../../core/domain/manifest/edit-manifest.ts';
import { MAX_READ_MANIFEST_BYTES } from '../../../../core/domain/manifest/parse-manifest.ts';
import { UserError } from '../../../../core/errors.ts';

const key = (index: number) => `k${index.toString(36)}`;
const lines = (bytes: number, line: (index: number) => string) => {
  const parts: string[] = [];
  for (let left = bytes; left > 0; left -= parts.at(-1)?.length ?? 1) parts.push(line(parts.length));
  return parts.join('').slice(0, bytes);
};
const filled = (bytes: number, begin: string, part: string, end = '') =>
  begin + part.repeat(Math.max(0, Math.floor((bytes - begin.length - end.length) / part.length))) + end;

const POD = 'kind: Deployment\nmetadata: {name: x}\nspec: {template: {spec: {containers: [';
const MODELS = 'version: 1\nmodels:\n  m:\n';
/** Texts of a size, each of one thing many times. */
const TEXTS: Readonly<Record<string, (bytes: number) => string>> = {
  'keys without values': (bytes) => lines(bytes, (index) => `${key(index)}:\n`),
  'keys with values': (bytes) => lines(bytes, (index) => `${key(index)}: aaaaaaaa\n`),
  'keys of one mapping in a line': (bytes) => `{${lines(bytes - 2, (index) => `${key(index)}: 1,`)}}`,
  'the same key': (bytes) => filled(bytes, '', 'k: 1\n'),
  'empty lists': (bytes) => filled(bytes, '[', '[],', ']'),
  commas: (bytes) => filled(bytes, '[', ',', ']'),
  'brackets that open': (bytes) => filled(bytes, '', '['),
  'brackets that close': (bytes) => filled(bytes, '', ']'),
  'lists in lists': (bytes) => filled(bytes, '', '- '),
  quotes: (bytes) => filled(bytes, '', '"'),
  tags: (bytes) => filled(bytes, '', '!a '),
  directives: (bytes) => filled(bytes, '', '%a\n'),
  documents: (bytes) => filled(bytes, '', '---\n'),
  aliases: (bytes) => filled(bytes, '- &a x\n', '- *a\n'),
  anchors: (bytes) => lines(bytes, (index) => `- &${key(index)} x\n`),
  comments: (bytes) => filled(bytes, 'a: 1\n', '#\n', 'b: 1\n'),
  'empty lines': (bytes) => filled(bytes, 'a: |\n', '\n'),
  'question marks': (bytes) => filled(bytes, '', '? a\n'),
  spaces: (bytes) => filled(bytes, 'a: ', ' ', 'b'),
  digits: (bytes) => filled(bytes, 'a: ', '1_', '.e'),
  containers: (bytes) => filled(bytes, POD, '{name: a, image: b},', ']}}}'),
  'containers below many keys': (bytes) =>
    lines(bytes / 2, (index) => `${key(index)}: 1\n`).replace(/\n.*$/, '\n') +
    filled(bytes / 2, POD, '{name: a},', ']}}}'),
  merges: (bytes) => filled(Math.min(bytes, 9_000), `a: &a {y: 1}\n${POD}`, '{<<: *a},', '{name: a}]}}}'),
  'documents that nearly fit': (bytes) =>
    filled(Math.min(bytes, 44_000), '', '---\nkind: Deployment\nmetadata: {name: y}\n'),
  'signs of a digest': (bytes) =>
    filled(bytes, 'kind: Application\nmetadata: {name: x}\nspec: {source: {kustomize: {images: ["', '@', '\\n"]}}}'),
  'unknown keys of a model': (bytes) => MODELS + lines(bytes - MODELS.length, (index) => `    ${key(index)}: a\n`),
  environments: (bytes) =>
    lines(bytes, (index) =>
      index === 0 ? `${MODELS}    environments:\n` : `    - {name: e${index}, after: [f${index}]}\n`,
    ),
  metrics: (bytes) => `${filled(bytes, `${MODELS}    task: regression\n    evaluate: {metrics: [`, 'abcdefg,', ']}')}`,
  'a store of slashes': (bytes) => filled(bytes, `${MODELS}    register: {store: "`, '/', 'x"}'),
  'long names': (bytes) =>
    `${MODELS}    environments:\n    - {name: ${'a'.repeat(bytes / 3)}}\n    - {name: b, after: [${'a'.repeat(bytes / 3)}b]}\n`,
};

const TARGETS = [
  { file: 'f', kind: 'Deployment', name: 'x' },
  { file: 'f', kind: 'InferenceService', name: 'x' },
  { file: 'f', kind: 'Application', name: 'x', image: 'y' },
  { file: 'f', image: 'x' },
  { file: 'f', path: 'a.b[0]' },
];

function cpuMs(work: () => void): number {
  const before = process.threadCpuUsage();
  try {
    work();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

describe('a text as large as it may be', { timeout: 120_000 }, () => {
  it.each(Object.keys(TEXTS))('of %s is read or refused within the time that a text has', (name) => {
    const make = TEXTS[name] ?? (() => '');
    const manifest = make(MAX_READ_MANIFEST_BYTES);
    expect(cpuMs(() => readTargets(manifest, TARGETS))).toBeLessThan(PARSER_LIMITS.textMs);
    const config = make(MAX_CONFIG_BYTES);
    expect(cpuMs(() => parseConfig(config))).toBeLessThan(PARSER_LIMITS.textMs);
  });
});
