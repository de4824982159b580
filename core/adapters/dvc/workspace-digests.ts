import type { Stats } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { isLegacyObject, legacyObjectName } from '../../domain/data/dvc-object-key.ts';
import type { ObjectHash } from '../../ports/data/data-workspace.ts';
import { hashFiles } from '../threads/hash-files.ts';
import { TICK_MS } from './file-times.ts';
import { type FileDigests, hashFile, objectNameOf } from './hash-file.ts';
import type { IndexedDigests, IndexTable } from './index-table.ts';

/** A file of the workspace. */
export interface WorkspaceRow {
  /** Its path in the table. */
  readonly key: string;
  /** Absolute. */
  readonly file: string;
  readonly stats: Stats;
}

/** Chosen: less is done before threads have started. */
const MANY_FILES = 400;
const MANY_BYTES = 32 << 20;

/** Digests of files, in the order of the rows; hashed are those that are not as the table knows them, and the table learns them. */
export async function digestRows(
  table: IndexTable,
  rows: readonly WorkspaceRow[],
  hash: ObjectHash,
): Promise<readonly IndexedDigests[]> {
  const known = rows.map((row, index) => findRow(table, row, { index, hash }));
  const unknown = rows.filter((_, index) => known[index] === undefined);
  const readFromMs = await settledMoment(unknown);
  const digests = (await hashAll(unknown)).values();
  const results: IndexedDigests[] = [];
  for (const [index, row] of rows.entries()) {
    results.push(known[index] ?? (await learn(table, row, { hash, readFromMs, digests: digests.next().value })));
  }
  return results;
}

function findRow(
  table: IndexTable,
  { key, stats }: WorkspaceRow,
  { index, hash }: { readonly index: number; readonly hash: ObjectHash },
): IndexedDigests | undefined {
  const known = table.find(key, stats, index);
  return known !== undefined && isLegacyObject(known.name) === (hash === 'md5-dos2unix') ? known : undefined;
}

/** Now; where much is to be read, after the tick in which the youngest of it changed, else the next run reads it again. */
async function settledMoment(rows: readonly WorkspaceRow[]): Promise<number> {
  const youngestMs = rows.reduce((latest, { stats }) => Math.max(latest, stats.ctimeMs), 0);
  const leftMs = youngestMs + TICK_MS - Date.now();
  // What is further ahead has a clock of its own.
  if (totalBytes(rows) >= MANY_BYTES && leftMs >= 0 && leftMs <= TICK_MS) await delay(leftMs + 2);
  return Date.now();
}

async function hashAll(rows: readonly WorkspaceRow[]): Promise<readonly FileDigests[]> {
  const files = rows.map(({ file, stats }) => ({ file, sizeBytes: stats.size }));
  if (files.length >= MANY_FILES || totalBytes(rows) >= MANY_BYTES) return hashFiles(files, ['md5', 'sha256']);
  const digests: FileDigests[] = [];
  for (const { file, sizeBytes } of files) digests.push(await hashFile(file, sizeBytes));
  return digests;
}

function totalBytes(rows: readonly WorkspaceRow[]): number {
  return rows.reduce((sum, { stats }) => sum + stats.size, 0);
}

/** Content read from a file. */
interface Reading {
  readonly hash: ObjectHash;
  readonly readFromMs: number;
  readonly digests: FileDigests | undefined;
}

async function learn(
  table: IndexTable,
  { key, file, stats }: WorkspaceRow,
  { hash, readFromMs, digests }: Reading,
): Promise<IndexedDigests> {
  const { md5, sha256 } = digests ?? (await hashFile(file, stats.size));
  const like = table.recorded(key)?.name ?? '';
  const legacy = isLegacyObject(like) ? like : legacyObjectName(md5);
  const name = hash === 'md5' ? md5 : await objectNameOf(file, legacy);
  table.set(key, { seen: stats, readFromMs }, { name, sha256 });
  return { name, sha256 };
}
