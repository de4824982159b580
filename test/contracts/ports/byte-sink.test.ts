import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DvcCache } from '../../../core/adapters/dvc/dvc-cache.ts';
import type { ByteSink, PartSink } from '../../../core/ports/data/byte-sink.ts';
import { CountedSink } from '../../../core/usecases/data/counted-transfer.ts';
import { InMemoryByteSink } from '../../../testkit/fakes/in-memory-data-remote.ts';
import { useFolders } from './folder-under-test.ts';

/** A sink, and what it has taken once its sender is done. */
interface Taking {
  readonly sink: ByteSink;
  readonly taken: () => Promise<Uint8Array>;
}

/** More than any sink has buffers. */
const MANY_PARTS = 10;
const SIZES = [undefined, 5, 300_000] as const;

/** Bytes that are different in each part: a part in the place of another one is seen. */
function bytesOf(sizeBytes: number): Buffer {
  const numbers = Uint32Array.from({ length: Math.ceil(sizeBytes / 4) }, (_, at) => at);
  return Buffer.from(numbers.buffer, 0, sizeBytes);
}

async function sendPart(parts: PartSink, index: number, whole: Uint8Array): Promise<void> {
  const buffer = await parts.buffer();
  const bytes = whole.subarray(index * parts.partBytes, (index + 1) * parts.partBytes);
  buffer.set(bytes);
  await parts.put(index, buffer.subarray(0, bytes.length));
}

type Create = (expected: Uint8Array) => Promise<Taking>;

async function partBytesOf(create: Create): Promise<number> {
  const { sink } = await create(Buffer.alloc(0));
  const { partBytes } = sink.beginParts(1);
  // Frees the buffers.
  sink.begin(0);
  return partBytes;
}

/** What every `ByteSink` keeps. `create` gives one that is about to get `expected`. */
function contract(name: string, create: Create): void {
  describe(name, () => {
    it.each(SIZES)('takes chunks in their order, and needs none of them again: said are %s bytes', async (said) => {
      const whole = bytesOf(said ?? 100);
      const { sink, taken } = await create(whole);
      const chunk = Buffer.alloc(Math.ceil(whole.length / 3));
      sink.begin(said);
      for (let at = 0; at < whole.length; at += chunk.length) {
        const length = whole.copy(chunk, 0, at);
        sink.write(chunk.subarray(0, length));
      }
      chunk.fill(0xff);
      expect(whole.equals(await taken())).toBe(true);
    });

    it('takes an object without bytes', async () => {
      const { sink, taken } = await create(Buffer.alloc(0));
      sink.begin(0);
      expect(await taken()).toHaveLength(0);
    });

    it.each(SIZES)('forgets what came before the object begins again: said are %s bytes', async (said) => {
      const whole = bytesOf(said ?? 100);
      const { sink, taken } = await create(whole);
      sink.begin(said);
      sink.write(Buffer.from('of a try that failed'));
      sink.begin(said);
      sink.write(whole);
      expect(whole.equals(await taken())).toBe(true);
    });

    it('takes parts in any order, of which the last one is shorter', async () => {
      const partBytes = await partBytesOf(create);
      const whole = bytesOf(2 * partBytes + 3);
      const { sink, taken } = await create(whole);
      const parts = sink.beginParts(whole.length);
      const buffers = [await parts.buffer(), await parts.buffer(), await parts.buffer()];
      for (const index of [2, 0, 1]) {
        const bytes = whole.subarray(index * partBytes, (index + 1) * partBytes);
        buffers[index]?.set(bytes);
        await parts.put(index, buffers[index]?.subarray(0, bytes.length) ?? bytes);
      }
      expect(whole.equals(await taken())).toBe(true);
    });

    it('gives buffers again that came back: an object has more parts than a sink has buffers', async () => {
      const partBytes = await partBytesOf(create);
      const whole = bytesOf((MANY_PARTS - 1) * partBytes + 1);
      const { sink, taken } = await create(whole);
      const parts = sink.beginParts(whole.length);
      for (let index = 0; index < MANY_PARTS; index += 1) await sendPart(parts, index, whole);
      expect(whole.equals(await taken())).toBe(true);
    });

    it('forgets parts when the object begins again, and the other way round', async () => {
      const whole = bytesOf(1000);
      const { sink, taken } = await create(whole);
      sink.begin(undefined);
      sink.write(Buffer.from('of a try that failed'));
      await sendPart(sink.beginParts(4), 0, Buffer.from('void'));
      await sendPart(sink.beginParts(4), 0, Buffer.from('void'));
      sink.begin(1000);
      sink.write(whole);
      expect(whole.equals(await taken())).toBe(true);
    });
  });
}

const folderOf = useFolders();

contract('the ObjectWrite of a DvcCache', async (expected) => {
  const name = createHash('md5').update(expected).digest('hex');
  const cache = new DvcCache(await folderOf());
  const sink = cache.receive(name);
  const taken = async () => {
    expect(await sink.finish()).toMatchObject({ isKept: true, sizeBytes: expected.length });
    return Buffer.concat(await Array.fromAsync((await cache.content(name)).open()));
  };
  return { sink, taken };
});

contract('InMemoryByteSink', async () => {
  const sink = new InMemoryByteSink();
  return { sink, taken: async () => sink.bytes };
});

contract('CountedSink', async () => {
  const sink = new InMemoryByteSink();
  const progress = { start: () => {}, part: () => {}, add: () => {}, finish: () => {} };
  return { sink: new CountedSink(sink, progress), taken: async () => sink.bytes };
});
