import { createHash, randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DvcCache } from '../../../../core/adapters/dvc/dvc-cache.ts';
import { DvcWorkspace } from '../../../../core/adapters/dvc/dvc-workspace.ts';
import type { LinkType } from '../../../../core/adapters/dvc/place-object.ts';

const top = mkdtempSync(path.join(os.tmpdir(), 'tidegate-placed-'));
afterAll(() => rmSync(top, { recursive: true, force: true }));

const LARGE_BYTES = 40 << 20;
const SHA256 = 'ab'.repeat(32);
const md5Of = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex');

/** A repository, opened again for each run. */
function repository(linkTypes: readonly LinkType[]) {
  const root = mkdtempSync(path.join(top, 'repository-'));
  const cache = new DvcCache(path.join(root, '.dvc', 'cache'));
  const ownFolder = path.join(root, '.dvc', 'tmp', 'tidegate');
  return { root, cache, open: () => new DvcWorkspace({ root, ownFolder, cache, linkTypes, ignoreFiles: [] }) };
}

/** An object that comes in parts, as from a remote. */
async function receive(cache: DvcCache, bytes: Buffer): Promise<string> {
  const md5 = md5Of(bytes);
  const object = cache.receive(md5);
  const parts = object.beginParts(bytes.length);
  for (let index = 0; index * parts.partBytes < bytes.length; index += 1) {
    const part = bytes.subarray(index * parts.partBytes, (index + 1) * parts.partBytes);
    const buffer = await parts.buffer();
    buffer.set(part);
    await parts.put(index, buffer.subarray(0, part.length));
  }
  expect((await object.finish()).isKept).toBe(true);
  return md5;
}

/** Bytes that all threads of this process have read so far. */
function bytesRead(): number {
  return Number(/^rchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'latin1'))?.[1]);
}

describe('DvcWorkspace.place', () => {
  const linkTypes = ['copy', 'reflink', 'hardlink', 'symlink'] as const;
  it.runIf(existsSync('/proc/self/io')).each(linkTypes)(
    'makes a large file that the very next run does not read (%s)',
    async (type) => {
      const { cache, open } = repository([type]);
      const md5 = await receive(cache, randomBytes(LARGE_BYTES));
      const first = open();
      await first.place({ path: 'data', md5, isExecutable: false, within: 'data', sha256: SHA256 });
      first.flush();
      const before = bytesRead();
      const next = open();
      expect(await next.inspect('data')).toMatchObject({ md5 });
      expect(await next.sha256('data', 'data')).toBe(SHA256);
      expect(bytesRead() - before).toBeLessThan(LARGE_BYTES / 100);
    },
  );

  it('makes files of which a later run sees every change, however soon after', async () => {
    const { root, cache, open } = repository(['copy']);
    const md5 = await receive(cache, Buffer.from('before'));
    const names = Array.from({ length: 300 }, (_, index) => `file-${index}`);
    const first = open();
    for (const name of names) {
      await first.place({ path: name, md5, isExecutable: false, within: name, sha256: SHA256 });
      const descriptor = openSync(path.join(root, name), 'r+');
      writeSync(descriptor, 'behind');
      closeSync(descriptor);
    }
    first.flush();
    const next = open();
    for (const name of names) expect(await next.inspect(name)).toMatchObject({ md5: md5Of(Buffer.from('behind')) });
  });

  it('gives a file a modification time that is more than a tick before it appeared', async () => {
    const { root, cache, open } = repository(['copy']);
    const md5 = await receive(cache, Buffer.from('x'));
    await open().place({ path: 'data', md5, isExecutable: false, within: 'data' });
    const { mtimeMs, ctimeMs } = statSync(path.join(root, 'data'));
    expect(ctimeMs - mtimeMs).toBeGreaterThan(20);
  });
});

describe('DvcWorkspace.inspect', () => {
  it.runIf(existsSync('/proc/self/io'))('reads a large file once that was made just before', async () => {
    const { root, open } = repository(['copy']);
    const bytes = randomBytes(LARGE_BYTES);
    const descriptor = openSync(path.join(root, 'made'), 'w');
    writeSync(descriptor, bytes);
    closeSync(descriptor);
    const first = open();
    const found = await first.inspect('made');
    expect(found).toMatchObject({ md5: md5Of(bytes) });
    first.flush();
    const before = bytesRead();
    expect(await open().inspect('made')).toEqual(found);
    expect(bytesRead() - before).toBeLessThan(LARGE_BYTES / 100);
  });
});
