import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { tidegateJsonSchema } from '../../core/config/json-schema.ts';
import { type ConfigSchema, configKeys } from '../../scripts/config-keys.ts';
import { configReference, REFERENCE_PAGE } from '../../scripts/generate-config-reference.ts';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { configProblems } from '../../testkit/config-problems.ts';

const KEYS = configKeys(tidegateJsonSchema() as ConfigSchema).map((key) => ({
  ...key,
  path: key.section === '' ? key.name : `${key.section}.${key.name}`,
}));
const PAGE = readFileSync(join(PROJECT_ROOT, REFERENCE_PAGE), 'utf8');

type Mapping = Readonly<Record<string, unknown>>;
const MODEL = {
  task: 'binary-classification',
  artifact: 'model.onnx',
  data: { label: 'y' },
  evaluate: { dataset: 'test.csv' },
  gate: { rules: [{ metric: 'roc_auc', min: 0.5 }] },
};
/** A model of another task, by its name. */
const MODELS: Readonly<Record<string, Mapping>> = {
  custom: {
    task: 'custom',
    artifact: 'prompts',
    evaluate: { 'metrics-file': 'm.json', examples: 'scores.csv' },
    gate: { rules: [{ metric: 'artifact_size_bytes', max: 1 }] },
  },
};
const TARGET = { file: 'k8s/a.yaml', kind: 'Deployment', name: 'a' };
const ENVIRONMENT = { name: 'production', targets: [TARGET] };
const WINDOW = { cron: '0 18 * * FRI', duration: '62h' };

/** What a mapping needs besides the key that is shown; of several the first that makes a valid file. */
const NEEDED: Readonly<Record<string, readonly Mapping[]>> = {
  '': [{ version: 1, models: { m: MODEL } }],
  warehouse: [
    { dialect: 'trino', url: 'https://trino.example.org', user: 'u' },
    { dialect: 'trino', user: 'u' },
    { dialect: 'postgres' },
    { dialect: 'postgres', command: 'psql' },
  ],
  'models.<name>': [MODEL],
  'models.<name>.train': [{}, { command: 'make' }, { stages: ['train'] }],
  'models.<name>.data': [MODEL.data, { label: 'y', time: 't' }],
  'models.<name>.data.csv': [{}],
  'models.<name>.evaluate': [
    MODEL.evaluate,
    { ...MODEL.evaluate, predictions: 'p.csv' },
    { ...MODEL.evaluate, predict: '{artifact} {dataset} {predictions}' },
  ],
  'models.<name>.evaluate.predictions': [{}, { path: 'predictions.csv' }],
  'models.<name>.evaluate.slices[]': [{ column: 'hour' }],
  'models.<name>.evaluate.fairness': [{ column: 'sex' }],
  'models.<name>.evaluate.fairness[]': [{ column: 'sex' }],
  'models.<name>.evaluate.results[]': [{ file: 'results.json', format: 'dbt' }],
  'models.<name>.gate': [MODEL.gate],
  'models.<name>.gate.rules[]': [
    {},
    { metric: 'roc_auc' },
    { min: 0.5 },
    { max: 0.5, interval: 'none' },
    { metric: 'roc_auc', min: 0.5 },
    { metric: 'roc_auc', 'max-regression': 0.1 },
    { metric: 'file:loss', 'max-regression': 0.1, interval: 'none', better: 'lower' },
    { metric: 'artifact_size_bytes' },
    { column: 'sex', max: 0.5 },
    { fairness: 'equal_opportunity_difference', max: 0.5 },
  ],
  'models.<name>.register': [{ store: 's3://models' }],
  'models.<name>.image': [{ repository: 'ghcr.io/acme/m' }],
  'models.<name>.drift': [
    { current: 'l.csv', predictions: 'score' },
    { current: 'l.csv' },
    { current: 'l.csv', window: '7d' },
  ],
  'models.<name>.drift.effect': [{}],
  'models.<name>.drift.tests': [{}],
  'models.<name>.drift.window': [{}],
  'models.<name>.drift.measures': [{}],
  'models.<name>.drift.retrain': [{}],
  'models.<name>.drift.multivariate': [{}],
  'models.<name>.environments[]': [ENVIRONMENT],
  'models.<name>.environments[].health': [{}, { context: 'c', creator: 'a[bot]' }],
  'models.<name>.environments[].freeze[]': [WINDOW],
  'models.<name>.environments[].allow[]': [WINDOW],
  'models.<name>.environments[].targets[]': [TARGET],
};

/** A file that holds a value at a path such as `models.<name>.gate.rules[]`, and what its other mappings need. */
function fileWith(path: string, value: unknown): unknown {
  if (path === '') return value;
  const [, above = '', name = ''] = /^(?:(.+)\.)?([^.]+)$/.exec(path) ?? [];
  if (name === '<name>') return fileWith(above, { m: value });
  const isList = name.endsWith('[]');
  const [needed = {}] = NEEDED[above] ?? [];
  // Limits of the past are of days: the data then have a time. Outcomes are joined by a key.
  const timed =
    above === 'models.<name>' && name === 'drift'
      ? { data: { label: 'y', time: 't' }, evaluate: { ...MODEL.evaluate, key: 'id' } }
      : {};
  // A fairness rule is on a column of evaluate.fairness.
  const grouped =
    above === 'models.<name>' && name === 'gate'
      ? { evaluate: { ...MODEL.evaluate, fairness: { column: 'sex' } } }
      : {};
  // An environment may come after another one.
  const earlier =
    name === 'environments[]' ? [{ ...ENVIRONMENT, name: 'staging', targets: [{ ...TARGET, name: 's' }] }] : [];
  return fileWith(above, {
    ...needed,
    ...timed,
    ...grouped,
    [name.replace('[]', '')]: isList ? [...earlier, value] : value,
  });
}

/** Problems of the file that has the fewest; empty where a minimal file accepts the value. */
function problemsWith(section: string, name: string, value: unknown, task = ''): readonly string[] {
  const model = MODELS[task];
  if (model !== undefined)
    return configProblems(stringify({ version: 1, models: { m: changed(model, section, name, value) } }));
  const files = (NEEDED[section] ?? []).map((needed) => stringify(fileWith(section, { ...needed, [name]: value })));
  const found = files.map(configProblems).sort((a, b) => a.length - b.length);
  return found[0] ?? ['no file to put it into'];
}

/** A model with another value at a key of itself, or of a mapping in it. */
function changed(model: Mapping, section: string, name: string, value: unknown): Mapping {
  const [, below] = /^models\.<name>(?:\.(\w+))?$/.exec(section) ?? [];
  if (below === undefined) return { ...model, [name]: value };
  return { ...model, [below]: { ...(model[below] as Mapping), [name]: value } };
}

describe('the reference of tidegate.yaml', () => {
  it('is as generated', () => {
    expect(PAGE, 'run: node scripts/generate-config-reference.ts').toBe(configReference());
  });

  it.each(KEYS)('has $path with a description and an example', ({ name, schema }) => {
    expect(schema.description ?? '').not.toBe('');
    expect(schema.examples ?? []).not.toEqual([]);
    expect(PAGE).toContain(`| \`${name}\` |`);
  });

  it('has many keys', () => expect(KEYS.length).toBeGreaterThan(90));

  const examples = KEYS.flatMap(({ schema, ...key }) =>
    (schema.examples ?? []).map((example) => ({ ...key, example, shown: JSON.stringify(example) })),
  );
  it.each(examples)('has an example of $path that the parser accepts: $shown', ({ section, name, example, task }) => {
    expect(problemsWith(section, name, example, task)).toEqual([]);
  });

  const defaults = KEYS.filter(({ schema }) => schema.default !== undefined);
  it.each(defaults)('has a default of $path that the parser accepts', ({ section, name, schema, task }) => {
    expect(problemsWith(section, name, schema.default, task)).toEqual([]);
  });

  it('shows on each line the YAML of the first example', () => {
    const rows = [...PAGE.matchAll(/^\| `([\w-]+)` \| .* \| `(.+)` \|$/gm)];
    expect(rows.map(([, name, yaml = '']) => [name, parse(yaml)[name ?? '']])).toEqual(
      KEYS.map(({ name, schema }) => [name, schema.examples?.[0]]),
    );
  });

  it('begins with a file that is valid', () => {
    const [, text = ''] = /```yaml\n(.*?)```/s.exec(PAGE) ?? [];
    expect(configProblems(text)).toEqual([]);
  });

  it('notices an example that is not accepted', () => {
    expect(problemsWith('models.<name>.drift', 'window', '7 days')).not.toEqual([]);
    expect(problemsWith('models.<name>.gate.rules[]', 'metric', 'roc_auk')).not.toEqual([]);
    expect(problemsWith('models.<name>', 'artefact', 'model.onnx')).not.toEqual([]);
  });
});
