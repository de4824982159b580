import { describe, expect, it } from 'vitest';
import type { LogLine } from '../../../../core/domain/serving-log/log-format.ts';
import { readServingLog } from '../../../../core/usecases/drift/read-serving-log.ts';

const request = {
  ...{ features: ['a'], prediction: 'score', time: 'at', key: 'id' },
  format: 'kserve',
} as const;
const event = (id: string, value: number) =>
  JSON.stringify({ id, type: 'x.request', time: '2026-03-01T10:00:00Z', data: { instances: [[value]] } });

async function* lines(
  ...texts: readonly (string | { readonly text: string; readonly isOpen: boolean })[]
): AsyncIterable<LogLine> {
  for (const [at, one] of texts.entries()) {
    yield { file: 'log.jsonl', line: at + 1, ...(typeof one === 'string' ? { text: one, isOpen: false } : one) };
  }
}

describe('readServingLog', () => {
  it('gives rows the time and the id of their request where they have none', async () => {
    const { rows } = await readServingLog(lines(event('7', 1.5)), request);
    expect([...rows]).toEqual([{ a: 1.5, score: null, at: '2026-03-01T10:00:00.000Z', id: '7' }]);
    const own = JSON.stringify({ id: '8', type: 'x.request', data: { instances: [{ a: 1, at: 'own', id: 'own' }] } });
    expect([...(await readServingLog(lines(own), request)).rows]).toEqual([
      { a: 1, at: 'own', id: 'own', score: null },
    ]);
  });

  it('reads several records of a line, as a batch has them', async () => {
    const { counts } = await readServingLog(lines(`[${event('1', 1)},${event('2', 2)}]`), request);
    expect(counts).toMatchObject({ requests: 2, rows: 2 });
  });

  it('counts a record that is cut at the end of a file, and refuses one elsewhere', async () => {
    const cut = event('2', 2).slice(0, 30);
    const { rows, counts } = await readServingLog(lines(event('1', 1), { text: cut, isOpen: true }), request);
    expect([...rows]).toHaveLength(1);
    expect(counts.cut).toBe(1);
    await expect(readServingLog(lines(cut, event('1', 1)), request)).rejects.toThrow(
      'log.jsonl:1: a line of the log is not JSON',
    );
    await expect(readServingLog(lines(event('1', 1), '{"a": NaN}'), request)).rejects.toThrow('log.jsonl:2');
  });

  it('refuses an open line that is not the beginning of a record: it was not cut', async () => {
    const python = event('2', 2).replace('[[2]]', '[[NaN]]');
    for (const text of [python, 'hello', `${event('1', 1)}${event('2', 2)}`]) {
      const reading = readServingLog(lines(event('1', 1), { text, isOpen: true }), request);
      await expect(reading).rejects.toThrow('log.jsonl:2: a line of the log is not JSON');
    }
  });

  it('refuses a number that a table would have as missing', async () => {
    const reading = readServingLog(lines(event('1', 1).replace('[[1]]', '[[1e309]]')), request);
    await expect(reading).rejects.toThrow('log.jsonl:1: a record of the log is not read: a holds a number beyond');
    await expect(readServingLog(lines(event('1', 1e308)), request)).resolves.toBeDefined();
  });

  it('gives the rows of a batch of BentoML keys of their own, so that each can have its outcome', async () => {
    const row = (a: number, id: string) =>
      JSON.stringify({ timestamp: '2026-03-01T10:00:00', request_id: id, trace_id: '9', a, score: 0.5 });
    const { rows } = await readServingLog(lines(row(1, '7'), row(2, '8'), row(3, '7')), {
      ...request,
      format: 'bentoml',
    });
    expect([...rows].map(({ id, a }) => [id, a])).toEqual([
      ['7#0', 1],
      ['8', 2],
      ['7#1', 3],
    ]);
  });

  it('names the line of a record that is not of the format', async () => {
    const reading = readServingLog(lines(event('1', 1), '{"a": 1}'), request);
    await expect(reading).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: 'log.jsonl:2: a record of the log is not read: it has no id',
      fix: expect.stringContaining('drift.format'),
    });
  });

  it('refuses keys that are numbers which doubles do not tell apart', async () => {
    const line = JSON.stringify({ id: '1', type: 'x.request', data: { instances: [{ a: 1, id: 1 }] } });
    const big = line.replace('"id":1}', '"id":9007199254740993}');
    await expect(readServingLog(lines(big), request)).rejects.toThrow('do not tell rows apart');
    await expect(readServingLog(lines(line), request)).resolves.toBeDefined();
  });

  it('has no rows for an empty log', async () => {
    const { rows, counts } = await readServingLog(lines(), request);
    expect([...rows]).toEqual([]);
    expect(counts.requests).toBe(0);
  });
});
