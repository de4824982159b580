import type { Stats } from 'node:fs';
import { isLegacyObject, legacyObjectName } from '../../domain/data/object-key.ts';
import type { ObjectHash } from '../../ports/data-workspace.ts';
import { hashFiles } from '../node/hash-files.ts';
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
  const digests = (await hashAll(unknown)).values();
  const results: IndexedDigests[] = [];
  for (const [index, row] of rows.entries()) {
    results.push(known[index] ?? (await learn(table, row, { hash, digests: digests.next().value })));
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

async function hashAll(rows: readonly WorkspaceRow[]): Promise<readonly FileDigests[]> {
  const files = rows.map(({ file, stats }) => ({ file, sizeBytes: stats.size }));
  const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (files.length >= MANY_FILES || bytes >= MANY_BYTES) return hashFiles(files, ['md5', 'sha256']);
  const digests: FileDigests[] = [];
  for (const { file, sizeBytes } of files) digests.push(await hashFile(file, sizeBytes));
  return digests;
}

async function learn(
  table: IndexTable,
  { key, file, stats }: WorkspaceRow,
  { hash, digests }: { readonly hash: ObjectHash; readonly digests: FileDigests | undefined },
): Promise<IndexedDigests> {
  const { md5, sha256 } = digests ?? (await hashFile(file, stats.size));
  const like = table.recorded(key)?.name ?? '';
  const legacy = isLegacyObject(like) ? like : legacyObjectName(md5);
  const name = hash === 'md5' ? md5 : await objectNameOf(file, legacy);
  table.set(key, stats, { name, sha256 });
  return { name, sha256 };
}
