import { ACROSS_DEFAULTS, type ColumnSchema, type DataSchema } from './data-schema.ts';
import { type InferredColumn, type InferredFrom, inferColumn } from './infer-column.ts';

/** Facts from which a schema is inferred. */
export interface InferenceFacts {
  readonly rows: number;
  readonly columns: readonly Omit<InferredFrom, 'rows'>[];
  /** Columns whose values are not read. */
  readonly unread: readonly string[];
  /** The column with the time of each row; undefined where none is known. */
  readonly time: string | undefined;
  /** Columns that identify a row; empty where none are known. */
  readonly key: readonly string[];
}

/** An inferred schema, with a comment per column. */
export interface InferredSchema {
  readonly schema: DataSchema;
  readonly comments: ReadonlyMap<string, string>;
}

/** Chosen: half as many rows are a dataset that was cut off. */
const FEWEST_ROWS = 0.5;
const KEY_NAME = /(?:^|[_ ])(?:id|key|uuid)$|[a-z]Id$/i;

/** A schema that the data satisfy, with room for later data. */
export function inferSchema({ rows, columns, unread, time, key }: InferenceFacts): InferredSchema {
  const inferred = columns.map((from): [string, InferredColumn] => [from.column.name, inferColumn({ ...from, rows })]);
  const named = key.length > 0 ? key : inferredKey(inferred);
  const [only] = named;
  const ofColumns = inferred.map(([name, { schema }]): [string, ColumnSchema] => [
    name,
    // The key says it already.
    named.length === 1 && name === only ? { ...schema, unique: false } : schema,
  ]);
  const ofUnread = unread.map((name): [string, ColumnSchema] => [name, UNREAD]);
  const isTime = columns.some(({ column }) => column.name === time && column.type === 'time');
  return {
    schema: {
      rows: { min: Math.ceil(rows * FEWEST_ROWS), severity: 'fail' },
      extraColumns: 'warn',
      across: ACROSS_DEFAULTS,
      key: named,
      ...(time !== undefined && isTime ? { time: { column: time, severity: 'fail' } } : {}),
      columns: Object.fromEntries([...ofColumns, ...ofUnread]),
    },
    comments: new Map(inferred.map(([name, { comment }]) => [name, comment])),
  };
}

const UNREAD: ColumnSchema = {
  ...{ type: 'other', required: true, maxMissing: 0, unique: false, mostly: 1, severity: 'fail', sensitive: false },
};

/** The first column whose values are unique and whose name says that it identifies rows. */
function inferredKey(columns: readonly (readonly [string, InferredColumn])[]): readonly string[] {
  const found = columns.find(([name, { schema }]) => schema.unique && KEY_NAME.test(name));
  return found === undefined ? [] : [found[0]];
}
