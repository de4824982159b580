import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from '../../core/errors.ts';
import type { BatchColumn } from '../../core/ports/evaluate/table-reader.ts';
import { Evaluator } from './evaluate-here.ts';
import { makeInputs } from './make-inputs.ts';

/** Values of a column: bytes of doubles in base64, their digest, or texts. */
type PeerColumn =
  | { readonly numbers: string; readonly sha256?: undefined; readonly texts?: undefined }
  | { readonly sha256: string; readonly numbers?: undefined; readonly texts?: undefined }
  | { readonly texts: readonly (string | null)[]; readonly numbers?: undefined; readonly sha256?: undefined };

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

/** All values of all columns. */
async function readAll(file: string, csv: TableCase['csv']): Promise<Readonly<Record<string, PeerColumn>>> {
  const table = await tables.describe(pathOf(file), csv);
  const names = table.columns.map(({ name }) => name);
  const parts = names.map((): BatchColumn[] => []);
  for await (const { columns } of tables.read(table, { columns: names, batchRows: 10_000 })) {
    for (const [at, column] of columns.entries()) parts[at]?.push(copyOf(column));
  }
  return Object.fromEntries(names.map((name, at) => [name, joined(parts[at] ?? [])]));
}

function copyOf(column: BatchColumn): BatchColumn {
  return column.kind === 'text' ? column : { kind: 'numeric', values: column.values.slice() };
}

function joined(parts: readonly BatchColumn[]): PeerColumn {
  if (parts.some(({ kind }) => kind === 'text')) {
    return {
      texts: parts.flatMap(({ values }) => [...values].map((value) => (value === null ? null : String(value)))),
    };
  }
  const numbers = parts.flatMap(({ kind, values }) => (kind === 'numeric' ? [values] : []));
  const bytes = Buffer.concat(numbers.map((values) => bytesOf(values)));
  return bytes.length > 8 * 2000
    ? { sha256: createHash('sha256').update(bytes).digest('hex') }
    : { numbers: bytes.toString('base64') };
}

/** One NaN and one 0, as the peer writes them. */
function bytesOf(values: Float64Array): Buffer {
  const plain = Float64Array.from(values, (value) => (Number.isNaN(value) ? Number.NaN : value + 0));
  return Buffer.from(plain.buffer);
}

/** Numbers as people read them, where a comparison fails. */
function shown(column: PeerColumn | undefined): unknown {
  if (column?.numbers === undefined) return column;
  const bytes = Buffer.from(column.numbers, 'base64');
  return Array.from({ length: bytes.length / 8 }, (_, at) => bytes.readDoubleLE(at * 8));
}

describe('a table has the values that pandas reads in it', () => {
  it.each(readable)('$name', async ({ file, csv, columns }) => {
    const found = await readAll(file, csv);
    expect(Object.keys(found)).toEqual(Object.keys(columns));
    for (const [name, column] of Object.entries(columns)) expect(shown(found[name]), name).toEqual(shown(column));
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
    const error = await readAll(file, csv).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toMatch(new RegExp(refused));
  });
});
