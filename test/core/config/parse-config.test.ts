import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseConfig, selectModel } from '../../../core/config/parse-config.ts';
import { MAX_CONFIG_BYTES } from '../../../core/config/read-yaml.ts';
import { UserError } from '../../../core/errors.ts';
import { scoredModel } from '../../../testkit/scored-model.ts';
import { ENVIRONMENTS, MINIMAL, MISTAKES, replaced } from './mistakes.ts';

const FULL = readFileSync(new URL('../../fixtures/config/full.yaml', import.meta.url), 'utf8');

function problemsOf(text: string) {
  try {
    parseConfig(text);
  } catch (error) {
    if (error instanceof UserError) return { code: error.code, problems: error.problems };
    throw error;
  }
  return { code: 'accepted', problems: [] };
}

function shownProblems(text: string): readonly string[] {
  return problemsOf(text).problems.map(
    ({ message, fix, place }) => `${place?.line}:${place?.column} ${message}. ${fix}`,
  );
}

describe('parseConfig', () => {
  it('takes the smallest config and the whole one of the guide', () => {
    expect(problemsOf(MINIMAL).code).toBe('accepted');
    const { config } = parseConfig(FULL);
    expect(config.models['flight-delay']?.environments[1]).toMatchObject({ soak: 24 * 3_600_000, after: ['staging'] });
    expect(config.models['flight-delay']?.gate.rules[2]).toMatchObject({
      maxRegression: { kind: 'relative', value: 0.01 },
    });
  });

  it.each(['accuracy', 'f1_macro', 'recall', 'roc_auc', 'fbeta_2', 'artifact_size_bytes', 'file:loss'])(
    'takes %s in a gate of several classes',
    (metric) => {
      const several = replaced('binary-classification', 'multiclass-classification');
      expect(shownProblems(replaced('roc_auc, min: 0.5', `${metric}, min: 0.5`, several))).toEqual([]);
    },
  );

  it('takes a byte order mark, Windows line ends and a few aliases', () => {
    expect(problemsOf(`\uFEFF${MINIMAL.replaceAll('\n', '\r\n')}`).code).toBe('accepted');
    const aliased = replaced('label: late', 'label: &y late, exclude: [*y]');
    expect(scoredModel(parseConfig(aliased).config.models.m).data.exclude).toEqual(['late']);
  });

  it.each(MISTAKES)('refuses $name, where it stands', ({ text, shown }) => {
    expect(problemsOf(text).code).toBe('CONFIG_INVALID');
    const found = shownProblems(text);
    expect(found).toHaveLength(shown.length);
    for (const [index, beginning] of shown.entries()) {
      expect(found[index]?.slice(0, beginning.length)).toBe(beginning);
    }
  });

  it('shows all problems at once, of values and of what they refer to, in the order of the file', () => {
    const text = replaced('name: production,', 'name: production, after: [test], soak: long,', ENVIRONMENTS)
      .replace('roc_auc, min: 0.5', 'roc_auk, min: 0.5, slice: all')
      .replace('label: late', 'lable: late');
    expect(shownProblems(text).map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      '6:5 models.m.data.label',
      '6:13 models.m.data.lable',
      '10:13 models.m.gate.rules.0.metric',
      '10:40 models.m.gate.rules.0.slice',
      '13:37 models.m.environments.1.after',
      '13:44 models.m.environments.1.soak',
    ]);
  });

  it('refuses texts that are made to exhaust it', () => {
    const bomb = `a: &a [${'x,'.repeat(9)}]\n${[...'bcdefghi'].map((c, i) => `${c}: &${c} [${`*${'abcdefgh'[i]},`.repeat(9)}]`).join('\n')}\n`;
    const many = `a: &a x\nb: [${'*a,'.repeat(100_000)}]\n`;
    const deep = `a: ${'['.repeat(100_000)}`;
    const long = `a: ${'x'.repeat(2 ** 20)}\n`;
    const circle = 'a: &a [*a]\n';
    for (const text of [bomb, many, deep, long, circle]) expect(problemsOf(text).code).toBe('CONFIG_INVALID');
  });

  it('takes a config of 64 KiB, and no larger one', () => {
    const padded = (bytes: number) => `${MINIMAL}# ${'x'.repeat(bytes - MINIMAL.length - 2)}`;
    expect(problemsOf(padded(MAX_CONFIG_BYTES)).code).toBe('accepted');
    expect(shownProblems(padded(MAX_CONFIG_BYTES + 1))).toEqual([
      '1:1 has at least 65537 bytes, more than the limit of 65536 bytes. Split the file, or check which program wrote it.',
    ]);
  });

  it('leaves the prototype of objects alone', () => {
    problemsOf('__proto__: { polluted: 1 }\nconstructor: { prototype: { polluted: 1 } }\n');
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect('polluted' in {}).toBe(false);
  });

  it('refuses the keys of what this version does not do, as every unknown key', () => {
    const drift = '    drift: { current: l.csv, compat: evidently }\n    environments:';
    const text = replaced('    environments:', drift, ENVIRONMENTS);
    const refused = shownProblems(replaced('label: late', 'label: late, catalog: s.yaml', text));
    expect(refused).toEqual([expect.stringMatching(/^6:.*catalog/), expect.stringMatching(/^11:.*compat/)]);
  });
});

describe('selectModel', () => {
  const { config } = parseConfig(`${MINIMAL}${MINIMAL.split('models:\n')[1]?.replace('  m:', '  team/other:')}`);

  it('takes the only one, or the one that is named', () => {
    expect(selectModel(parseConfig(MINIMAL).config).name).toBe('m');
    expect(selectModel(config, 'team/other').name).toBe('team/other');
  });

  it.each([
    ['', 'Set the input model to one of m, team/other.'],
    ['team/othr', 'Did you mean "team/other"?'],
    ['constructor', 'Use one of m, team/other.'],
  ])('refuses "%s" of two', (name, fix) => {
    expect(() => selectModel(config, name)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
    try {
      selectModel(config, name);
    } catch (error) {
      expect(error).toMatchObject({ fix: expect.stringContaining(fix) });
    }
  });
});
