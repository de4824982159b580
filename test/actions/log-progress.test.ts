import { describe, expect, it } from 'vitest';
import { logProgress } from '../../actions/log-progress.ts';

/** A log, and a clock that is until it is told. */
function start() {
  const lines: string[] = [];
  const clock = { ms: 0 };
  const progress = logProgress({ info: (line) => void lines.push(line) }, () => clock.ms);
  const at = (seconds: number, work: () => void) => {
    clock.ms = seconds * 1000;
    work();
  };
  return { lines, progress, at };
}

describe('logProgress', () => {
  it('tells what is left of one large file from its parts', () => {
    const { lines, progress, at } = start();
    progress.start('Fetching', 1, 2_000_000_000);
    at(1, () => progress.part(100_000_000));
    at(4, () => progress.part(400_000_000));
    at(16, () => progress.part(1_500_000_000));
    at(16, () => progress.add(0));
    progress.finish();
    expect(lines).toEqual([
      'Fetching 1 object (2.0 GB) …',
      'Fetching: 0 of 1 files, 500.0 MB (125.0 MB/s, 0 files/s), about 12 s left',
      'Fetching: 0 of 1 files, 2.0 GB (125.0 MB/s, 0 files/s), about 0 s left',
      'Fetching: 1 of 1 files, 2.0 GB (125.0 MB/s, 0 files/s) in 16.0 s',
    ]);
  });

  it('tells what is left of many files from their number where sizes are not known', () => {
    const { lines, progress, at } = start();
    progress.start('Pushing', 400);
    for (let count = 0; count < 100; count += 1) at(5, () => progress.add(1000));
    expect(lines).toEqual([
      'Pushing 400 objects …',
      'Pushing: 1 of 400 files, 1.0 kB (200 B/s, 0 files/s), about 1995 s left',
    ]);
    at(10, () => progress.add(1000));
    expect(lines.at(-1)).toBe('Pushing: 101 of 400 files, 101.0 kB (10.1 kB/s, 10 files/s), about 30 s left');
  });
});
