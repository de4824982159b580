import { stat } from 'node:fs/promises';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { nearest } from '../../domain/text/nearest.ts';
import { withoutEnding } from '../../domain/text/without-ending.ts';
import { UserError } from '../../errors.ts';
import type {
  BatchColumn,
  ReadOptions,
  TableBatch,
  TableColumn,
  TableColumnType,
  TableDescription,
  TablePart,
  TableReader,
} from '../../ports/table-reader.ts';
import { loadNativeModule, type NativeModuleOptions } from '../node/native-module.ts';
import { assembleBatches } from './assemble-batches.ts';
import { likelyRows } from './likely-rows.ts';
import { parquetColumns } from './parquet-layout.ts';
import { readParquet } from './read-parquet.ts';
import { identifier, isTable, literal, literalGlob, scanOf } from './table-scan.ts';

/** Chosen: fewer rows are there before anything is known of their files. */
const FEW_ROWS = 100_000;
/** Chosen: each column that is read without the engine has its own open file, and two groups of rows in memory. */
const MOST_PLAIN_COLUMNS = 32;

/** A column with the name of its table in a statement. */
interface SelectedColumn extends TableColumn {
  readonly alias: string;
}

/** Reads tables with DuckDB, which is loaded at the first use. Close it when done. */
export class DuckDbTableReader implements TableReader {
  readonly #options: NativeModuleOptions;
  #opened: Promise<{ readonly instance: DuckDBInstance; readonly connection: DuckDBConnection }> | undefined;

  constructor(options: NativeModuleOptions) {
    this.#options = options;
  }

  async describe(path: string): Promise<TableDescription> {
    if (/^[a-z0-9]+:\/\//i.test(path)) {
      throw new UserError('DATA_UNSUPPORTED', `${path} is an address, and tables are read from files by this version`, {
        fix: 'Bring the files into the workspace first (data-pull), and give their path.',
      });
    }
    const files = await this.#filesOf(path);
    if (files.length === 0) {
      throw new UserError('DATA_NOT_FOUND', `there is no file ${path}`, {
        fix: 'Check the path, and that data-pull or the step that makes it ran before.',
      });
    }
    const described = await this.#query(`DESCRIBE SELECT * FROM ${scanOf(files)}`, path);
    const columns = described.map(
      ([name, type]): TableColumn => ({ name: String(name), type: columnType(String(type)) }),
    );
    return { files, columns };
  }

  /** The files of a path or glob; of a folder all tables in it, however deep, hidden ones (`_delta_log`) left out. */
  async #filesOf(path: string): Promise<readonly string[]> {
    const isFolder = await stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    );
    const glob = async (pattern: string) =>
      (await this.#query(`SELECT file FROM glob(${literal(pattern)}) ORDER BY file`)).map(([file]) => String(file));
    if (!isFolder) return glob(path);
    const root = withoutEnding(path, '/');
    const inside = await glob(`${literalGlob(root)}/**`);
    return inside.filter((file) => isTable(file) && !/\/[._]/.test(file.slice(root.length)));
  }

  read(table: TableDescription, { columns, batchRows }: ReadOptions): AsyncIterable<TableBatch> {
    return this.readBeside([{ table, columns }], batchRows);
  }

  async *readBeside(parts: readonly TablePart[], batchRows: number): AsyncIterable<TableBatch> {
    const wanted = parts.flatMap(({ table, columns }, at) =>
      columns.map((name) => ({ alias: `t${at}`, files: table.files, ...columnOf(table, name) })),
    );
    const paths = parts.flatMap(({ table }) => table.files).join(', ');
    try {
      const plain = (await this.#isLong(parts, wanted)) && (await parquetColumns(wanted, (sql) => this.#query(sql)));
      if (plain) yield* readParquet(plain, batchRows);
      else yield* this.#stream(parts, { wanted, batchRows });
    } catch (cause) {
      throw unreadable(paths, cause);
    }
  }

  /** Whether a table has so many rows, of few enough columns, that it is worth while to ask where their values stand. */
  async #isLong(parts: readonly TablePart[], wanted: readonly SelectedColumn[]): Promise<boolean> {
    const [first] = parts;
    if (first === undefined || wanted.length > MOST_PLAIN_COLUMNS) return false;
    const isPlain = (file: string) => file.endsWith('.parquet');
    if (!first.table.files.every(isPlain) || wanted.some(({ type }) => type === 'text')) return false;
    return (await this.rowsAbove(first.table, FEW_ROWS)) !== null;
  }

  async *#stream(
    parts: readonly TablePart[],
    { wanted, batchRows }: { readonly wanted: readonly SelectedColumn[]; readonly batchRows: number },
  ): AsyncIterable<TableBatch> {
    const selected = wanted.length === 0 ? '1::DOUBLE' : wanted.map(selection).join(', ');
    const { instance } = await this.#open();
    // A connection gives one stream at a time.
    const connection = await instance.connect();
    const from = parts.map(({ table }, at) => `${scanOf(table.files)} AS t${at}`).join(' POSITIONAL JOIN ');
    try {
      const result = await connection.stream(`SELECT ${selected} FROM ${from}`);
      yield* assembleBatches(result, { kinds: wanted.map(kindOf), batchRows });
    } finally {
      connection.closeSync();
    }
  }

  async rowsAbove({ files }: TableDescription, limit: number): Promise<number | null> {
    // The number of rows of Parquet is written in it; text is read to be counted.
    const isText = !files.some((file) => file.endsWith('.parquet'));
    if (isText && (await likelyRows(files)) <= limit / 2) return null;
    const [[count] = []] = await this.#query(`SELECT count(*) FROM ${scanOf(files)}`, files.join(', '));
    return Number(count) > limit ? Number(count) : null;
  }

  async sharedRows(table: TableDescription, other: TableDescription): Promise<number> {
    const typeOf = new Map(other.columns.map(({ name, type }) => [name, type]));
    const shared = table.columns.filter(({ name, type }) => typeOf.has(name) && type !== 'other');
    if (shared.length === 0) return 0;
    const same = shared
      .map(({ name, type }) => {
        // Columns of two types are compared as text; missing values are equal to each other.
        const side = (of: string) =>
          typeOf.get(name) === type ? `${of}.${identifier(name)}` : `CAST(${of}.${identifier(name)} AS VARCHAR)`;
        return `${side('a')} IS NOT DISTINCT FROM ${side('b')}`;
      })
      .join(' AND ');
    const sql = `SELECT count(*) FROM ${scanOf(table.files)} a SEMI JOIN ${scanOf(other.files)} b ON ${same}`;
    const [[count] = []] = await this.#query(sql, table.files.join(', '));
    return Number(count ?? 0);
  }

  /** Frees the engine. */
  async close(): Promise<void> {
    const opened = await this.#opened;
    this.#opened = undefined;
    opened?.connection.closeSync();
    opened?.instance.closeSync();
  }

  async #query(sql: string, path?: string): Promise<readonly (readonly unknown[])[]> {
    const { connection } = await this.#open();
    try {
      const reader = await connection.runAndReadAll(sql);
      return reader.getRows();
    } catch (cause) {
      throw path === undefined ? cause : unreadable(path, cause);
    }
  }

  #open() {
    this.#opened ??= openDuckDb(this.#options);
    return this.#opened;
  }
}

async function openDuckDb(options: NativeModuleOptions) {
  const { DuckDBInstance } = await loadNativeModule('@duckdb/node-api', options);
  const instance = await DuckDBInstance.create(':memory:', {
    // Nothing is fetched at run time: what the binary does not hold is not there.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    preserve_insertion_order: 'true',
  });
  const connection = await instance.connect();
  // What a time with a zone is must not depend on the machine's. Not known before the engine is up.
  await connection.run("SET GLOBAL TimeZone = 'UTC'");
  return { instance, connection };
}

function columnType(sqlType: string): TableColumnType {
  if (/^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER)$/.test(sqlType)) return 'integer';
  if (/^(DOUBLE|FLOAT|DECIMAL.*)$/.test(sqlType)) return 'real';
  if (sqlType === 'BOOLEAN') return 'boolean';
  if (/^(VARCHAR|ENUM.*|UUID)$/.test(sqlType)) return 'text';
  return /^(TIMESTAMP.*|DATE)$/.test(sqlType) ? 'time' : 'other';
}

function columnOf(table: TableDescription, name: string): TableColumn {
  const found = table.columns.find((column) => column.name === name);
  if (found !== undefined && found.type !== 'other') return found;
  const known = table.columns.map((column) => column.name);
  const near = nearest(name, known);
  throw new UserError(
    'DATA_INVALID',
    found === undefined ? `the table has no column "${name}"` : `column ${name} holds nested values`,
    {
      fix:
        near === undefined || found !== undefined
          ? `Its columns are ${known.slice(0, 30).join(', ')}.`
          : `Did you mean "${near}"?`,
    },
  );
}

function selection({ alias, name, type }: SelectedColumn): string {
  const column = `${alias}.${identifier(name)}`;
  if (type === 'text') return `CAST(${column} AS VARCHAR)`;
  const number = type === 'time' ? `epoch_ms(CAST(${column} AS TIMESTAMP))` : column;
  // Without NULL, so that whole columns are copied at once.
  return `coalesce(CAST(${number} AS DOUBLE), 'NaN'::DOUBLE)`;
}

function kindOf({ type }: TableColumn): BatchColumn['kind'] {
  return type === 'text' ? 'text' : 'numeric';
}

function unreadable(path: string, cause: unknown): unknown {
  if (cause instanceof UserError || !(cause instanceof Error)) return cause;
  const [line = ''] = cause.message.split('\n');
  return new UserError('DATA_INVALID', `${path} cannot be read as a table: ${line.slice(0, 300)}`, {
    fix: 'Check that the file is whole and of the format that its name says.',
    cause,
  });
}
