import { describe, expect, it } from 'vitest';
import type { FeatureBatch } from '../../../../core/domain/table/table.ts';
import { measureLatency } from '../../../../core/usecases/evaluate/measure-latency.ts';
import { InMemoryModelRunner } from '../../../../testkit/fakes/in-memory-model-runner.ts';

const SAMPLE: FeatureBatch = {
  rows: 4,
  columns: new Map([
    ['size', { kind: 'numeric', values: Float64Array.of(1, 2, 3, 4) }],
    ['city', { kind: 'text', values: ['a', 'b', 'c', 'd'] }],
  ]),
};
const PLAN = {
  kind: 'one-tensor',
  input: { name: 'X', type: 'float32', shape: [null, 1] },
  features: ['size'],
} as const;

/** A model that takes so long for its n-th batch, and remembers what it was given. */
async function modelTaking(ms: (call: number) => number) {
  const given: FeatureBatch[] = [];
  const durationMs = (batch: FeatureBatch) => ms(given.push(batch) - 1);
  const models = new InMemoryModelRunner({ '/model': { width: 1, score: () => 0, durationMs } });
  return { model: await models.open('/model'), given };
}

describe('measureLatency', () => {
  it('times 300 single rows in turn and 30 batches, each after calls that do not count', async () => {
    // Warming up takes a second a call, the rest 1, 2, ... 100 ms over and over.
    const { model, given } = await modelTaking((call) =>
      call === 0 ? 0.1 : call <= 30 ? 1000 : ((call - 31) % 100) + 1,
    );
    const latency = await measureLatency({ model, plan: PLAN }, SAMPLE);
    expect(latency).toMatchObject({ p50Ms: 50, p95Ms: 95, p99Ms: 99, batchRows: 1, batch: { batchRows: 4 } });
    const single = given.slice(0, 1 + 30 + 300);
    expect(single.every(({ rows }) => rows === 1)).toBe(true);
    expect(single.slice(1, 6).map(({ columns }) => columns.get('city')?.values[0])).toEqual(['a', 'b', 'c', 'd', 'a']);
    expect(given.slice(single.length).map(({ rows }) => rows)).toEqual(new Array(given.length - single.length).fill(4));
  });

  it('runs a slow model less often', async () => {
    const { model, given } = await modelTaking(() => 5000);
    const latency = await measureLatency({ model, plan: PLAN }, SAMPLE);
    expect(latency).toMatchObject({ p50Ms: 5000, p99Ms: 5000, batch: { p50Ms: 5000 } });
    // One call to see how slow; five to warm up, of a batch three; and five that count.
    expect(given.length).toBe(1 + 5 + 5 + 1 + 3 + 5);
  });
});
