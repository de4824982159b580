import { spawn } from 'node:child_process';
import { createHash, type Hash } from 'node:crypto';

/** Command line of `git cat-file --batch`. */
export interface BatchProgram {
  readonly args: readonly string[];
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A pointer of Git LFS is shorter. */
const MAX_POINTER_BYTES = 1024;
const LFS_POINTER = /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:[^\n]+\n)*?oid sha256:([0-9a-f]{64})\n/;

/**
 * SHA-256 of Git's blobs, read by one program; of a pointer of Git LFS, that of the bytes that it points at.
 *
 * @returns `sha256:<hex>` by the blob's name.
 * @throws {Error} Where the program fails, or does not know a blob.
 */
export async function hashBlobs(
  blobs: ReadonlySet<string>,
  { args, directory, env }: BatchProgram,
): Promise<ReadonlyMap<string, string>> {
  if (blobs.size === 0) return new Map();
  const child = spawn('git', [...args], { cwd: directory, env, stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  // A program that ends early says so by its exit code.
  child.stdin.on('error', () => undefined);
  child.stdin.end([...blobs].map((blob) => `${blob}\n`).join(''));
  const parser = new BatchParser();
  for await (const chunk of child.stdout) parser.add(chunk);
  const code = await ended;
  if (code === 0 && parser.digests.size === blobs.size) return parser.digests;
  throw new Error(`git cat-file ended with ${code} after ${parser.digests.size} of ${blobs.size} blobs`);
}

/** Reads `<name> blob <size>\n<bytes>\n`, again and again. */
class BatchParser {
  readonly digests = new Map<string, string>();
  #head = '';
  #body: { readonly name: string; readonly hash: Hash; readonly start: Buffer[]; rest: number } | undefined;

  add(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) at = this.#body === undefined ? this.#readHead(chunk, at) : this.#readBody(chunk, at);
  }

  #readHead(chunk: Buffer, from: number): number {
    const end = chunk.indexOf(10, from);
    this.#head += chunk.toString('latin1', from, end < 0 ? chunk.length : end);
    if (end < 0) return chunk.length;
    const [name = '', kind, size] = this.#head.split(' ');
    if (kind !== 'blob') throw new Error(`git cat-file says "${this.#head}"`);
    this.#head = '';
    // One more byte: the line break after the bytes.
    this.#body = { name, hash: createHash('sha256'), start: [], rest: Number(size) + 1 };
    return end + 1;
  }

  #readBody(chunk: Buffer, from: number): number {
    const body = this.#body;
    if (body === undefined) return from;
    const taken = chunk.subarray(from, from + body.rest);
    body.rest -= taken.length;
    const bytes = body.rest === 0 ? taken.subarray(0, -1) : taken;
    body.hash.update(bytes);
    if (body.start.reduce((sum, part) => sum + part.length, 0) <= MAX_POINTER_BYTES) body.start.push(bytes);
    if (body.rest === 0) {
      const start = Buffer.concat(body.start);
      const pointed = start.length > MAX_POINTER_BYTES ? undefined : LFS_POINTER.exec(start.toString('latin1'))?.[1];
      this.digests.set(body.name, `sha256:${pointed ?? body.hash.digest('hex')}`);
      this.#body = undefined;
    }
    return from + taken.length;
  }
}
