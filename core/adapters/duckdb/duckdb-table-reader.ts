import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { DUCKDB } from '../../domain/aggregates/sql-dialect.ts';
import { isWithin } from '../../domain/data/repository-path.ts';
import { tableFormat } from '../../domain/data/table-format.ts';
import type { TableBatch, TableColumn, TableDescription } from '../../domain/table/table.ts';
import { withoutEnding } from '../../domain/text/without-ending.ts';
import { UserError } from '../../errors.ts';
import type { RelatedColumn, Relation, RelationEngine, StoredTable } from '../../ports/evaluate/relation-engine.ts';
import type { DescribeOptions, ReadOptions, TableReader } from '../../ports/evaluate/table-reader.ts';
import { unlessAbsent } from '../files/absent.ts';
import { filesIn } from '../files/files-in-folder.ts';
import { loadNativeModule, type NativeModuleOptions } from '../native/native-module.ts';
import { assembleBatches } from './assemble-batches.ts';
import { createRelation } from './duckdb-relation.ts';
import { storeNumbers } from './stored-numbers.ts';
import { literal, tableFiles } from './table-scan.ts';
import { batchValue, columnOf, kindOf, openSource, refuseChanged, type TableSource } from './table-source.ts';
import { unreadable, unreadableUnquoted } from './unreadable.ts';

/** The tables in a folder; files of engines about them (`_delta_log`) are hidden. */
const TABLES = {
  isHidden: (name: string) => /^[._]/.test(name),
  isWanted: (path: string) => tableFormat(path) !== undefined,
};

/** Reads tables with DuckDB, which is loaded at the first use. Close it when done. */
export class DuckDbTableReader implements TableReader, RelationEngine {
  readonly dialect = DUCKDB;
  readonly #options: NativeModuleOptions;
  /** By the files of a description, which copies of it have too. */
  readonly #sources = new WeakMap<readonly string[], TableSource>();
  #tables = 0;
  #opened: Promise<{ readonly instance: DuckDBInstance; readonly connection: DuckDBConnection }> | undefined;

  constructor(options: NativeModuleOptions) {
    this.#options = options;
  }

  async describe(
    path: string,
    { without = [], hidesValues = false, ...options }: DescribeOptions = {},
  ): Promise<TableDescription> {
    if (/^[a-z0-9]+:\/\//i.test(path)) {
      throw new UserError('DATA_UNSUPPORTED', `${path} is an address, and this version reads tables only from files`, {
        fix: 'Download the files into the workspace first (data-pull), and use their path.',
      });
    }
    const { files: all, root } = await this.#filesOf(path);
    const files = all.filter((file) => !without.some((one) => isWithin(file, withoutEnding(one, '/'))));
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
      throw hidesValues ? unreadableUnquoted(path, cause) : unreadable(path, cause);
    }
  }

  /**
   * The file of a path, whatever characters it has, or the files of a pattern; of a folder all tables in it, however deep,
   * hidden ones (`_delta_log`) left out.
   */
  async #filesOf(path: string): Promise<{ readonly files: readonly string[]; readonly root: string }> {
    const found = await stat(path).catch(unlessAbsent);
    if (found?.isFile() === true) return { files: [path], root: dirname(path) };
    if (found?.isDirectory() === true) return { files: await filesIn(withoutEnding(path, '/'), TABLES), root: path };
    const files = await this.#query(`SELECT file FROM glob(${literal(path)}) ORDER BY file`);
    return { files: files.map(([file]) => String(file)), root: dirname(path.replace(/[*?[].*$/s, '')) };
  }

  async *read(table: TableDescription, options: ReadOptions): AsyncIterable<TableBatch> {
    const { files } = table;
    const source = this.#sourceOf(files);
    const wanted = options.columns.map((name) => columnOf({ columns: table.columns }, name));
    try {
      yield* this.#stream(source, wanted, options);
    } catch (cause) {
      await refuseChanged([{ files, source }]);
      throw unreadable(files.join(', '), cause);
    }
    await refuseChanged([{ files, source }]);
  }

  async *#stream(
    source: TableSource,
    wanted: readonly TableColumn[],
    { batchRows, share = 1 }: ReadOptions,
  ): AsyncIterable<TableBatch> {
    const selected =
      wanted.length === 0 ? '1::DOUBLE' : wanted.map((column) => batchValue(source, column, 't')).join(', ');
    const { instance } = await this.#open();
    // A connection gives one stream at a time.
    const connection = await instance.connect();
    const sql = `SELECT ${selected} FROM ${sampled(source, share)}`;
    let rows = 0;
    try {
      const stream = await connection.stream(sql);
      for await (const batch of assembleBatches(stream, { kinds: wanted.map(kindOf), batchRows })) {
        rows += batch.rows;
        yield batch;
      }
    } finally {
      connection.closeSync();
    }
    // The engine's stream ends in the same way where it fails as where there is no more.
    const there = share < 1 ? await this.#countOf(sql) : source.form.rows;
    if (rows !== there) throw await this.#failureOf(sql, `only ${rows} of ${there} rows could be read`);
  }

  async #countOf(sql: string): Promise<number> {
    const [[count] = []] = await this.#query(`SELECT count(*) FROM (${sql})`);
    return Number(count);
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
      if (beside === undefined || column.type === 'other' || ROW_NUMBERS.test(column.name)) return [];
      const [a, b] = [own.valueOf(column, 'a'), rival.valueOf(beside, 'b')];
      // Missing values are equal to each other.
      return [`${comparable(a, column, beside)} IS NOT DISTINCT FROM ${comparable(b, beside, column)}`];
    });
    if (same.length === 0) return null;
    const sql = `SELECT count(*) FROM ${own.from} a SEMI JOIN ${rival.from} b ON ${same.join(' AND ')}`;
    const [[count] = []] = await this.#query(sql, table.files.join(', '));
    return Number(count ?? 0);
  }

  async relate(columns: readonly RelatedColumn[]): Promise<Relation> {
    const { instance } = await this.#open();
    return createRelation(columns, {
      instance,
      sourceOf: (files) => this.#sourceOf(files),
      name: `related_${this.#tables++}`,
    });
  }

  async store(columns: readonly string[]): Promise<StoredTable> {
    const { instance } = await this.#open();
    const module = await loadNativeModule('@duckdb/node-api', this.#options);
    const stored = await storeNumbers(columns, { instance, module, name: `stored_${this.#tables++}` });
    return {
      add: stored.add,
      finish: async () => {
        const { table, source } = await stored.finish();
        this.#sources.set(table.files, source);
        return table;
      },
    };
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

/** The name that pandas gives to numbers of rows: another table has other ones of the same rows. */
const ROW_NUMBERS = /^(?:Unnamed: \d+)?$/;
const NUMBERS: readonly TableColumn['type'][] = ['integer', 'real', 'boolean'];

/**
 * SQL of a value as that of a column of another table: a whole number in one file is a real one in the next as soon as one
 * value is missing there, and text where one is not a number.
 */
function comparable(value: string, { type }: TableColumn, other: TableColumn): string {
  if (type === other.type) return value;
  const [isNumber, isOther] = [NUMBERS.includes(type), NUMBERS.includes(other.type)];
  if (isNumber && (isOther || other.type === 'text')) return `CAST(${value} AS DOUBLE)`;
  return type === 'text' && isOther ? `TRY_CAST(${value} AS DOUBLE)` : `CAST(${value} AS VARCHAR)`;
}

async function openDuckDb(options: NativeModuleOptions) {
  const { DuckDBInstance } = await loadNativeModule('@duckdb/node-api', options);
  const instance = await DuckDBInstance.create(':memory:', {
    // Nothing is fetched at run time: what the binary does not hold is not there.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    preserve_insertion_order: 'true',
    // Keys of 16 bits are counted in arrays.
    perfect_ht_threshold: '20',
    // Tables that do not fit into memory. The engine names its files by fixed names, so each engine has a folder of its own.
    temp_directory: join(tmpdir(), `tidegate-tables-${randomUUID()}`),
  });
  const connection = await instance.connect();
  // What a time with a zone is must not depend on the machine's. Not known before the engine is up.
  await connection.run("SET GLOBAL TimeZone = 'UTC'");
  return { instance, connection };
}

/** About a share of a table's rows, as `t`: those whose number, scattered by Knuth's multiplication, is small. */
function sampled({ from, numbered }: TableSource, share: number): string {
  if (share >= 1) return `${from} AS t`;
  const limit = Math.floor(share * 2 ** 32);
  return `(SELECT * FROM ${numbered.from}) AS t WHERE mod(${numbered.row} * 2654435761, 4294967296) < ${limit}`;
}
