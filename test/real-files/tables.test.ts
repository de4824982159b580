import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from '../../core/errors.ts';
import { type PeerColumn, readColumns, shownColumn } from './column-values.ts';
import { Evaluator } from './evaluate-here.ts';
import { makeInputs } from './make-inputs.ts';

interface TableCase {
  readonly name: string;
  readonly file: string;
  readonly csv: Readonly<Record<string, unknown>>;
  readonly rows: number;
  readonly columns: Readonly<Record<string, PeerColumn>>;
  /** What a refusal says. */
  readonly refused?: string;
  readonly label?: string;
  readonly scores: string;
  readonly task: string;
  readonly classes?: readonly string[];
  readonly metrics: Readonly<Record<string, number>>;
}

const evaluator = new Evaluator();
const { tables } = evaluator;
const inputs = await makeInputs<TableCase>('tables');
const pathOf = (file: string) => join(inputs.folder, file);
const readable = inputs.cases.filter(({ refused }) => refused === undefined);

afterAll(async () => {
  await tables.close();
  await inputs.remove();
});

describe('a table has the values that pandas reads in it', () => {
  it.each(readable)('$name', async ({ file, csv, columns }) => {
    const found = await readColumns(tables, pathOf(file), csv);
    expect(Object.keys(found)).toEqual(Object.keys(columns));
    for (const [name, column] of Object.entries(columns))
      expect(shownColumn(found[name]), name).toEqual(shownColumn(column));
  });
});

describe("predictions for a table have scikit-learn's metrics", () => {
  it.each(readable.filter(({ label }) => label !== undefined))('$name', async (given) => {
    const found = await evaluator.evaluate({
      dataset: pathOf(given.file),
      candidate: { kind: 'predictions', path: pathOf(given.scores) },
      task: given.task,
      metrics: Object.keys(given.metrics),
      data: { label: given.label, csv: given.csv },
      evaluate: classesOf(given),
    });
    expect(found.rows).toBe(given.rows);
    for (const [name, value] of Object.entries(given.metrics)) {
      expect(Math.abs((found.metrics[name] ?? Number.NaN) - value), name).toBeLessThan(1e-9 * Math.max(1, value));
    }
  });
});

/** Two classes that are not 0 and 1 are named in tidegate.yaml. */
function classesOf({ task, classes }: TableCase): { readonly classes?: readonly string[] } {
  const isNumbered = ['0,1', 'false,true'].includes(classes?.join() ?? '');
  return task !== 'binary-classification' || isNumbered || classes === undefined ? {} : { classes };
}

describe('what is no table is refused for the right reason', () => {
  it.each(inputs.cases.filter(({ refused }) => refused !== undefined))('$name', async ({ file, csv, refused = '' }) => {
    const error = await readColumns(tables, pathOf(file), csv).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toMatch(new RegExp(refused));
  });
});
