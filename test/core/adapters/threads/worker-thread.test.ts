import { afterEach, describe, expect, it } from 'vitest';
import { WorkerThread, type WorkerThreadOptions } from '../../../../core/adapters/threads/worker-thread.ts';
import type { EchoQuestion } from './echo-worker.ts';

const ENTRY = new URL('./echo-worker.ts', import.meta.url);
const started: WorkerThread<EchoQuestion, unknown>[] = [];
afterEach(async () => {
  for (const thread of started.splice(0)) await thread.close();
});

function start(options: WorkerThreadOptions = {}, entry = ENTRY): WorkerThread<EchoQuestion, unknown> {
  const thread = new WorkerThread<EchoQuestion, unknown>(entry, options);
  started.push(thread);
  return thread;
}

describe('WorkerThread', () => {
  it('answers in the order of the questions, however long one takes', async () => {
    const thread = start();
    const order: unknown[] = [];
    const asked = [40, 0, 10].map((afterMs) =>
      thread.ask({ say: `${afterMs}`, afterMs }).then((answer) => order.push(answer)),
    );
    await Promise.all(asked);
    expect(order).toEqual(['40', '0', '10']);
  });

  it('rejects with what the thread threw, with its code and its cause, and lives on', async () => {
    const thread = start();
    const failed = thread.ask({ fail: 'no' });
    await expect(failed).rejects.toMatchObject({ message: 'no', code: 'EFAIL', cause: { message: 'the cause' } });
    expect(await thread.ask({ say: 'more' })).toBe('more');
    expect(thread.hasEnded).toBe(false);
  });

  it('moves memory to the thread', async () => {
    const bytes = new Uint8Array(8);
    expect(await start().ask({ bytes }, [bytes.buffer])).toBe(8);
    expect(bytes).toHaveLength(0);
  });

  it.each([0, 1])('rejects each question when the thread ends with %i', async (end) => {
    const thread = start();
    const outcomes = await Promise.allSettled([thread.ask({ end }), thread.ask({ say: 'late' })]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(thread.hasEnded).toBe(true);
    await expect(thread.ask({ say: 'later' })).rejects.toThrow(/echo-worker\.ts ended with [01]/);
  });

  it('rejects when the thread takes more memory than it may', async () => {
    const thread = start({ resourceLimits: { maxOldGenerationSizeMb: 16 } });
    await expect(thread.ask({ fill: true })).rejects.toMatchObject({ code: 'ERR_WORKER_OUT_OF_MEMORY' });
    expect(thread.hasEnded).toBe(true);
  });

  it('rejects when there is no such file', async () => {
    const thread = start({}, new URL('./absent-worker.ts', import.meta.url));
    await expect(thread.ask({ say: 'x' })).rejects.toThrow(/absent-worker/);
  });

  it('rejects what waits when it is closed, and may be closed twice', async () => {
    const thread = start();
    const waiting = thread.ask({ say: 'x', afterMs: 60_000 });
    const rejected = expect(waiting).rejects.toThrow('the thread was ended');
    await thread.close();
    await thread.close();
    await rejected;
  });

  it('gives an isolated thread no environment', async () => {
    expect(await start({ isIsolated: true }).ask({ environment: true })).toBe(0);
    expect(await start().ask({ environment: true })).toBeGreaterThan(0);
  });
});
