import { describe, expect, it } from 'vitest';
import { lastLines, MAX_LOG_LINE_CHARACTERS, MAX_LOG_LINES } from '../../../../core/domain/text/job-log.ts';

const T = '2026-01-02T03:04:05.1234567Z ';

describe('lastLines', () => {
  it('ends where the step failed, without times, groups and what cleans up', () => {
    const log = [
      `\uFEFF${T}##[group]Run python train.py`,
      `${T}\u001b[36;1mpython train.py\u001b[0m`,
      `${T}##[endgroup]`,
      `${T}Traceback (most recent call last):`,
      `${T}ValueError: no column "late"`,
      `${T}##[error]Process completed with exit code 1.`,
      `${T}Post job cleanup.`,
      `${T}[command]/usr/bin/git version`,
      '',
    ].join('\r\n');
    expect(lastLines(log)).toBe(
      [
        'Run python train.py',
        'python train.py',
        'Traceback (most recent call last):',
        'ValueError: no column "late"',
        'Error: Process completed with exit code 1.',
      ].join('\n'),
    );
  });

  it('is the end of a log without an error, and of what a bar of progress leaves', () => {
    expect(lastLines(`${T}one\n${T}10 %\r50 %\r100 %\n`)).toBe('one\n100 %');
    expect(lastLines('')).toBe('');
    expect(lastLines('##[endgroup]\n \n')).toBe('');
  });

  it('takes terminal sequences out, also those that never end', () => {
    expect(lastLines('\u001b]8;;https://evil.example\u0007click\u001b]8;;\u0007 \u001b]0;title\u001b\\x\u001bM')).toBe(
      'click x',
    );
    expect(lastLines(`a\u001b]${'x'.repeat(100_000)}`)).toBe('a');
    expect(lastLines(`a\u001b[${'1;'.repeat(50_000)}`).length).toBeLessThanOrEqual(400);
  });

  it('has at most 30 lines of 400 characters', () => {
    const lines = lastLines(`${'x'.repeat(10_000)}\n`.repeat(500)).split('\n');
    expect(lines).toHaveLength(MAX_LOG_LINES);
    for (const line of lines) expect(line).toHaveLength(MAX_LOG_LINE_CHARACTERS);
  });

  it('takes no longer than the text is', () => {
    const startedMs = performance.now();
    for (const part of ['\u001b[', '\u001b]', '\u001b[1', '##[', ' ', '2026-01-02T1'])
      lastLines(part.repeat(130_000 / part.length));
    expect(performance.now() - startedMs).toBeLessThan(1000);
  });
});
