import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { CsvOptions, TableBatch, TableColumn, TableDescription } from '../../domain/table/table.ts';
import { withoutEnding } from '../../domain/text/without-ending.ts';
import { UserError } from '../../errors.ts';
import type { ReadOptions, TablePart, TableReader } from '../../ports/evaluate/table-reader.ts';
import { unlessAbsent } from '../files/absent.ts';
import { loadNativeModule, type NativeModuleOptions } from '../native/native-module.ts';
import { assembleBatches } from './assemble-batches.ts';
import { parquetColumns } from './parquet-layout.ts';
import { readParquet } from './read-parquet.ts';
import { literal, tableFiles } from './table-scan.ts';
import { batchValue, columnOf, kindOf, openSource, stampOf, type TableSource } from './table-source.ts';
import { tablesIn } from './tables-in-folder.ts';
import { unreadable } from './unreadable.ts';

/** Chosen: fewer rows are there before anything is known of their files. */
const FEW_ROWS = 100_000;
/** Chosen: each column that is read without the engine has its own open file, and two groups of rows in memory. */
const MOST_PLAIN_COLUMNS = 32;

/** A column of a source, with the name of its table in a statement. */
interface SelectedColumn extends TableColumn {
  readonly source: TableSource;
  readonly files: readonly string[];
  readonly alias: string;
}

interface OpenPart {
  readonly source: TableSource;
  readonly files: readonly string[];
}

/** Reads tables with DuckDB, which is loaded at the first use. Close it when done. */
export class DuckDbTableReader implements TableReader {
  readonly #options: NativeModuleOptions;
  /** By the files of a description, which copies of it have too. */
  readonly #sources = new WeakMap<readonly string[], TableSource>();
  #opened: Promise<{ readonly instance: DuckDBInstance; readonly connection: DuckDBConnection }> | undefined;

  constructor(options: NativeModuleOptions) {
    this.#options = options;
  }

  async describe(path: string, options: CsvOptions = {}): Promise<TableDescription> {
    if (/^[a-z0-9]+:\/\//i.test(path)) {
      throw new UserError('DATA_UNSUPPORTED', `${path} is an address, and this version reads tables only from files`, {
        fix: 'Download the files into the workspace first (data-pull), and use their path.',
      });
    }
    const { files, root } = await this.#filesOf(path);
    if (files.length === 0) {
      throw new UserError('DATA_NOT_FOUND', `there is no file ${path}`, {
        fix: 'Check the path, and that data-pull or the step that makes the file ran before.',
      });
    }
    try {
      const source = await openSource(tableFiles(files, root), options, (sql) => this.#query(sql));
      this.#sources.set(files, source);
      return { files, columns: source.columns, form: source.form };
    } catch (cause) {
      throw unreadable(path, cause);
    }
  }

  /**
   * The file of a path, whatever characters it has, or the files of a pattern; of a folder all tables in it, however deep,
   * hidden ones (`_delta_log`) left out.
   */
  async #filesOf(path: string): Promise<{ readonly files: readonly string[]; readonly root: string }> {
    const found = await stat(path).catch(unlessAbsent);
    if (found?.isFile() === true) return { files: [path], root: dirname(path) };
    if (found?.isDirectory() === true) return { files: await tablesIn(withoutEnding(path, '/')), root: path };
    const files = await this.#query(`SELECT file FROM glob(${literal(path)}) ORDER BY file`);
    return { files: files.map(([file]) => String(file)), root: dirname(path.replace(/[*?[].*$/s, '')) };
  }

  read(table: TableDescription, { columns, batchRows }: ReadOptions): AsyncIterable<TableBatch> {
    return this.readBeside([{ table, columns }], batchRows);
  }

  async *readBeside(parts: readonly TablePart[], batchRows: number): AsyncIterable<TableBatch> {
    const sources = parts.map(({ table: { files } }) => ({ files, source: this.#sourceOf(files) }));
    const wanted = parts.flatMap(({ table: { files, columns: known }, columns }, at) => {
      const source = this.#sourceOf(files);
      return columns.map((name) => ({ source, files, alias: `t${at}`, ...columnOf({ columns: known }, name) }));
    });
    const paths = parts.flatMap(({ table }) => table.files).join(', ');
    try {
      const plain = isLong(sources, wanted) && (await parquetColumns(wanted, (sql) => this.#query(sql)));
      if (plain) yield* readParquet(plain, batchRows);
      else yield* this.#stream(sources, { wanted, batchRows });
    } catch (cause) {
      await refuseChanged(sources);
      throw unreadable(paths, cause);
    }
    await refuseChanged(sources);
  }

  async *#stream(
    parts: readonly OpenPart[],
    { wanted, batchRows }: { readonly wanted: readonly SelectedColumn[]; readonly batchRows: number },
  ): AsyncIterable<TableBatch> {
    const selected =
      wanted.length === 0
        ? '1::DOUBLE'
        : wanted.map((column) => batchValue(column.source, column, column.alias)).join(', ');
    const { instance } = await this.#open();
    // A connection gives one stream at a time.
    const connection = await instance.connect();
    const from = parts.map(({ source }, at) => `${source.from} AS t${at}`).join(' POSITIONAL JOIN ');
    const sql = `SELECT ${selected} FROM ${from}`;
    let rows = 0;
    try {
      for await (const batch of assembleBatches(await connection.stream(sql), {
        kinds: wanted.map(kindOf),
        batchRows,
      })) {
        rows += batch.rows;
        yield batch;
      }
    } finally {
      connection.closeSync();
    }
    // The engine's stream ends in the same way where it fails as where there is no more.
    const there = Math.max(...parts.map(({ source }) => source.form.rows));
    if (rows !== there) throw await this.#failureOf(sql, `only ${rows} of ${there} rows could be read`);
  }

  /** Why a statement stops: the engine tells it where all of the result is asked for. */
  async #failureOf(sql: string, otherwise: string): Promise<unknown> {
    return this.#query(`SELECT max(hash(COLUMNS(*))) FROM (${sql})`).then(
      () => new Error(otherwise),
      (cause: unknown) => cause,
    );
  }

  async rowsAbove({ files }: TableDescription, limit: number): Promise<number | null> {
    const { rows } = this.#sourceOf(files).form;
    return rows > limit ? rows : null;
  }

  async sharedRows(table: TableDescription, other: TableDescription): Promise<number | null> {
    const [own, rival] = [this.#sourceOf(table.files), this.#sourceOf(other.files)];
    const known = new Map(other.columns.map((column) => [column.name, column]));
    const same = table.columns.flatMap((column) => {
      const beside = known.get(column.name);
      if (beside === undefined || column.type === 'other') return [];
      const [a, b] = [own.valueOf(column, 'a'), rival.valueOf(beside, 'b')];
      // Columns of two types are compared as text; missing values are equal to each other.
      const isAlike = column.type === beside.type;
      return [
        isAlike ? `${a} IS NOT DISTINCT FROM ${b}` : `CAST(${a} AS VARCHAR) IS NOT DISTINCT FROM CAST(${b} AS VARCHAR)`,
      ];
    });
    if (same.length === 0) return null;
    const sql = `SELECT count(*) FROM ${own.from} a SEMI JOIN ${rival.from} b ON ${same.join(' AND ')}`;
    const [[count] = []] = await this.#query(sql, table.files.join(', '));
    return Number(count ?? 0);
  }

  #sourceOf(files: readonly string[]): TableSource {
    const found = this.#sources.get(files);
    if (found === undefined) throw new RangeError('a table that this reader did not describe');
    return found;
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

/** Whether a table has so many rows, of few enough columns, that it is worth while to ask where their values stand. */
function isLong(parts: readonly OpenPart[], wanted: readonly SelectedColumn[]): boolean {
  const [first] = parts;
  if (first === undefined || wanted.length > MOST_PLAIN_COLUMNS) return false;
  const isPlain = parts.every(({ source }) => source.form.format === 'parquet');
  return isPlain && wanted.every(({ type }) => type !== 'text') && first.source.form.rows > FEW_ROWS;
}

/** @throws {UserError} DATA_MODIFIED where the files are others than were described. */
async function refuseChanged(parts: readonly OpenPart[]): Promise<void> {
  for (const { source, files } of parts) {
    const stamp = await stampOf(files).catch(() => undefined);
    if (stamp === source.stamp) continue;
    throw new UserError('DATA_MODIFIED', `${files.join(', ')} changed while it was read`, {
      fix: 'Make sure that no process writes the file while it is read, and run the job again.',
    });
  }
}
