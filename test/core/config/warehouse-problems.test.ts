import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../core/config/parse-config.ts';
import { UserError } from '../../../core/errors.ts';

const WAREHOUSE = 'warehouse: { dialect: trino, url: "https://trino.example.org", user: tidegate }';

interface Written {
  readonly warehouse?: string;
  readonly data?: string;
  readonly evaluate?: string;
  readonly rules?: string;
  readonly task?: string;
  readonly drift?: string;
}

function textOf({
  warehouse = WAREHOUSE,
  task = 'binary-classification',
  data = 'label: late',
  evaluate = 'dataset: sql://ml.flights, key: id',
  rules = '{ metric: roc_auc, min: 0.5 }',
  drift = '',
}: Written): string {
  return `version: 1
${warehouse}
models:
  m:
    task: ${task}
    artifact: model.onnx
    data: { ${data} }
    evaluate: { ${evaluate} }
    gate: { rules: [${rules}] }
${drift === '' ? '' : `    drift: { ${drift} }\n`}`;
}

function problemsOf(written: Written): readonly string[] {
  try {
    parseConfig(textOf(written));
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.code).toBe('CONFIG_INVALID');
    return error.problems.map(({ message, place }) => `${place?.line} ${message}`);
  }
}

/** One class more than pairs are computed of. */
const ELEVEN = 'classes: [a, b, c, d, e, f, g, h, i, j, k]';

describe('warehouse', () => {
  it.each([
    ['an address of Trino', {}],
    [
      'a command',
      { warehouse: 'warehouse: { dialect: spark, command: spark-sql -f /dev/stdin, format: csv, timeout: 10m }' },
    ],
    ['a group instead of a key', { evaluate: 'dataset: sql://ml.flights, group: day' }],
    ['times, whose days are groups', { data: 'label: late, time: at', evaluate: 'dataset: sql://ml.flights' }],
    ['a query and a version', { evaluate: 'dataset: "sql://(SELECT * FROM t)", key: id' }],
    [
      'scores of the same table',
      { evaluate: 'dataset: sql://t, key: id, predictions: { score: p, champion: "p_{version}" }' },
    ],
    ['scores of another table', { evaluate: 'dataset: sql://t, key: id, predictions: sql://scores' }],
    ['drift of a table', { data: 'label: late, features: [a]', drift: 'current: sql://logs' }],
    ['drift of a table with a reference in a file', { evaluate: 'dataset: t.csv', drift: 'current: sql://logs' }],
  ])('takes %s', (_, written) => {
    expect(problemsOf(written)).toEqual([]);
  });

  it.each([
    ['neither an address nor a command', 'dialect: trino', 'warehouse needs either url or command, and not both'],
    [
      'both',
      'dialect: trino, url: "https://t", user: u, command: c',
      'warehouse needs either url or command, and not both',
    ],
    [
      'an address of another engine',
      'dialect: spark, url: "https://t", user: u',
      'warehouse.url has a url, which only the dialect trino can be asked by: use command',
    ],
    [
      'an address without a user',
      'dialect: trino, url: "https://t"',
      'warehouse.url needs user, the name that Trino is asked by',
    ],
    [
      'credentials in the address',
      'dialect: trino, user: u, url: "https://u:p@t"',
      'warehouse.url has credentials in it: use the inputs warehouse-password and warehouse-token',
    ],
    [
      'what is no address',
      'dialect: trino, user: u, url: trino',
      'warehouse.url "trino" is not an address such as https://trino.example.org',
    ],
    [
      'an unknown dialect',
      'dialect: oracle, command: c',
      'warehouse.dialect "oracle" is not one of "trino", "spark", "bigquery", "snowflake", "databricks", "postgres", "duckdb"',
    ],
    ['a password', 'dialect: trino, url: "https://t", user: u, password: p', 'warehouse.password is an unknown key'],
  ])('refuses %s', (_, keys, message) => {
    expect(problemsOf({ warehouse: `warehouse: { ${keys} }` })).toEqual([`2 ${message}`]);
  });
});

describe('checkWarehouse', () => {
  const at = (key: string) => `models.m.${key}`;

  it.each([
    [
      'a table without a warehouse',
      { warehouse: '' },
      `8 ${at('evaluate.dataset')} is a table of a warehouse, and warehouse is missing`,
    ],
    [
      'drift of a table without a warehouse',
      { warehouse: '', evaluate: 'dataset: t.csv', drift: 'current: sql://logs' },
      `10 ${at('drift.current')} is a table of a warehouse, and warehouse is missing`,
    ],
    [
      'what is no table',
      { evaluate: 'dataset: sql://a.b.c.d, key: id' },
      `8 ${at('evaluate.dataset')} "sql://a.b.c.d" has 4 names, and a table has 3 at most`,
    ],
    [
      'no key and no group',
      { evaluate: 'dataset: sql://t' },
      `8 ${at('evaluate.dataset')} is a table of the warehouse, whose rows have no number, and evaluate.key is missing`,
    ],
    [
      'predictions in a file',
      { evaluate: 'dataset: sql://t, key: id, predictions: p.csv' },
      `8 ${at('evaluate.predictions')} is a file, and evaluate.dataset is a table of the warehouse`,
    ],
    [
      'a dataset in a file',
      { evaluate: 'dataset: t.csv, predictions: sql://p' },
      `8 ${at('evaluate.predictions')} is a table of the warehouse, and evaluate.dataset is a file`,
    ],
    [
      'predictions without a path',
      { evaluate: 'dataset: t.csv, predictions: { score: p }' },
      `8 ${at('evaluate.predictions')} names no path`,
    ],
    [
      'another table without a key',
      { data: 'label: late, time: at', evaluate: 'dataset: sql://t, predictions: sql://p' },
      `8 ${at('evaluate.predictions')} is another table than the dataset, and evaluate.key is missing`,
    ],
    [
      'a metric that needs rows',
      {
        task: 'multiclass-classification',
        rules: '{ metric: accuracy, min: 0.5 }',
        evaluate: `dataset: sql://t, key: id, ${ELEVEN}, metrics: [roc_auc_ovo]`,
      },
      `8 ${at('evaluate.dataset')} is a table of the warehouse, where this cannot be computed: the metric roc_auc_ovo`,
    ],
    [
      'a rule that needs rows',
      {
        task: 'multiclass-classification',
        rules: '{ metric: roc_auc_ovo, min: 0.5 }',
        evaluate: `dataset: sql://t, key: id, ${ELEVEN}`,
      },
      `8 ${at('evaluate.dataset')} is a table of the warehouse, where this cannot be computed: the metric roc_auc_ovo`,
    ],
    [
      'classes that are not named',
      { task: 'multiclass-classification', rules: '{ metric: accuracy, min: 0.5 }' },
      `8 ${at('evaluate.dataset')} is a table of the warehouse, where this cannot be computed: task: multiclass-classification without evaluate.classes`,
    ],
    [
      'a rule of a model that runs',
      { rules: '{ metric: latency_p95_ms, max: 5 }' },
      `9 ${at('gate.rules.0')} limits latency_p95_ms, and no model is run where evaluate.dataset is a table of the warehouse`,
    ],
    [
      'drift of rows in groups',
      { data: 'label: late, features: [a]', drift: 'current: sql://logs, group: user' },
      `10 ${at('drift.group')} is not computed for tables of the warehouse`,
    ],
    [
      'drift of columns that nothing names',
      { drift: 'current: sql://logs' },
      `7 ${at('data.features')} is missing: it names the columns that drift is checked for where the reference is a table of the warehouse`,
    ],
  ])('refuses %s by name', (_, written, message) => {
    expect(problemsOf(written)).toEqual([message]);
  });

  it('tells several problems at once', () => {
    expect(problemsOf({ evaluate: 'dataset: sql://t', rules: '{ metric: latency_p50_ms, max: 5 }' })).toHaveLength(2);
  });
});
