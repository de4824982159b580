import { createHash } from 'node:crypto';

/** An entry of a tree object. */
export interface TreeEntry {
  readonly name: string;
  /** Such as 100644; GitHub writes 040000 for a folder. */
  readonly mode: string;
  readonly sha: string;
}

/** The name that Git gives a file of these bytes. */
export function blobId(bytes: Uint8Array): string {
  return objectId('blob', bytes);
}

/** The name that Git gives a folder of these entries, in any order. */
export function treeId(entries: readonly TreeEntry[]): string {
  const sorted = entries.toSorted((a, b) => Buffer.compare(sortKey(a), sortKey(b)));
  const parts = sorted.flatMap(({ name, mode, sha }) => [
    Buffer.from(`${mode.replace(/^0+/, '')} ${name}\0`),
    Buffer.from(sha, 'hex'),
  ]);
  return objectId('tree', Buffer.concat(parts));
}

/** Git sorts a folder as if its name ended in a slash. */
function sortKey({ name, mode }: TreeEntry): Buffer {
  return Buffer.from(/^0*40000$/.test(mode) ? `${name}/` : name);
}

function objectId(type: string, bytes: Uint8Array): string {
  return createHash('sha1').update(`${type} ${bytes.length}\0`).update(bytes).digest('hex');
}
