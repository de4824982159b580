import { afterAll, describe, expect, it } from 'vitest';
import { createBotParser } from '../../bot/parser.ts';
import {
  MAX_WAITING_BYTES,
  MAX_WAITING_TEXTS,
  PARSER_LIMITS,
  ThreadParser,
} from '../../core/adapters/threads/thread-parser.ts';
import type { TidegateConfig } from '../../core/config/tidegate-config.ts';
import { BOT_LIMITS } from '../../core/reports/limits.ts';
import { inProcessParser } from '../../core/usecases/registry/in-process-parser.ts';
import { untrustedParserContract } from '../contracts/ports/untrusted-parser.ts';
import { MINIMAL } from '../core/config/mistakes.ts';

const ENTRY = new URL('../../bot/parser-worker.ts', import.meta.url);
const TARGET = { file: 'd.yaml', kind: 'Deployment', name: 'd' };
/** Each target looks at each document: seconds of work. */
const SLOW = {
  text: Array.from({ length: 999 }, (_, index) => `kind: Deployment\nmetadata: {name: n${index}}\n`).join('---\n'),
  targets: Array.from({ length: 20_000 }, () => TARGET),
};
/** As many metrics without fields as the limits let pass: each becomes several problems. */
const LARGE = new TextEncoder().encode(
  `{"schema":"tidegate.dev/evaluation/v1","comparisons":[{"metrics":[${'{},'.repeat(BOT_LIMITS.maxMarks / 2 - 10)}{}]}]}`,
);

const inThread = createBotParser();
untrustedParserContract('the parser in a thread', inThread, () => inThread.close());
untrustedParserContract('the parser in the process', inProcessParser, async () => undefined);

const opened: ThreadParser<TidegateConfig>[] = [];
afterAll(async () => {
  for (const parser of opened) await parser.close();
});

function limited(limits: { readonly textMs?: number; readonly heapMb?: number }): ThreadParser<TidegateConfig> {
  const parser = new ThreadParser<TidegateConfig>(ENTRY, { ...PARSER_LIMITS, textMs: 60_000, ...limits });
  opened.push(parser);
  return parser;
}

describe('a text that is too much for the thread', () => {
  it('is refused when its time is over, and the next texts are read by another thread', async () => {
    const parser = limited({ textMs: 1_500 });
    const slow = parser.readTargets(SLOW.text, SLOW.targets.slice(0, 20_000));
    const next = parser.parseConfig(MINIMAL);
    const readings = await slow;
    expect(readings).toHaveLength(20_000);
    expect(readings[0]?.error).toMatchObject({ code: 'INPUT_TOO_COSTLY', message: /more than 1500 ms/ });
    expect(Object.keys((await next).models)).toEqual(['m']);
    expect(Object.keys((await parser.parseConfig(MINIMAL)).models)).toEqual(['m']);
  });

  it('is refused when its memory is used up, and the process goes on', async () => {
    const parser = limited({});
    const large = parser.readReport('evaluation', LARGE);
    const next = parser.parseConfig(MINIMAL);
    await expect(large).rejects.toMatchObject({
      code: 'INPUT_TOO_COSTLY',
      message: `reading this text takes more than ${PARSER_LIMITS.heapMb} MB of memory`,
    });
    expect(Object.keys((await next).models)).toEqual(['m']);
  });

  it('does not stop what the process does besides', async () => {
    const parser = limited({});
    let ticks = 0;
    const timer = setInterval(() => {
      ticks += 1;
    }, 1);
    await parser.parseConfig(MINIMAL);
    ticks = 0;
    const started = process.threadCpuUsage();
    const readings = await parser.readTargets(SLOW.text, SLOW.targets.slice(0, 500));
    const { user } = process.threadCpuUsage(started);
    clearInterval(timer);
    expect(readings).toHaveLength(500);
    // Parsing takes the thread longer than anything takes this one.
    expect(ticks).toBeGreaterThan(20);
    expect(user).toBeLessThan(1_000_000);
  });
});

describe('texts that wait for the thread', () => {
  it('are refused for the moment when too many wait, and none is lost', async () => {
    const parser = limited({});
    const asked = Array.from({ length: MAX_WAITING_TEXTS + 2 }, () => parser.parseConfig(MINIMAL));
    const outcomes = await Promise.allSettled(asked);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(MAX_WAITING_TEXTS + 1);
    expect(outcomes.at(-1)).toMatchObject({ reason: { code: 'PARSER_BUSY', retryable: true } });
    expect(Object.keys((await parser.parseConfig(MINIMAL)).models)).toEqual(['m']);
  });

  it('are refused for the moment when they are too large together', async () => {
    const parser = limited({});
    const bytes = new Uint8Array(MAX_WAITING_BYTES / 4);
    const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => parser.readReport('run', bytes)));
    const codes = outcomes.map((one) => (one.status === 'rejected' ? one.reason.code : 'read'));
    expect(codes.toSorted()).toEqual(['PARSER_BUSY', 'PARSER_BUSY', ...Array(4).fill('REPORT_INVALID')]);
  });
});

describe('a parser that is closed', () => {
  it('ends its thread, and starts another one when it is asked again', async () => {
    const parser = limited({});
    await parser.parseConfig(MINIMAL);
    await parser.close();
    expect(Object.keys((await parser.parseConfig(MINIMAL)).models)).toEqual(['m']);
  });
});
