import { describe, expect, it } from 'vitest';
import { cutWindows } from '../../../../core/domain/drift/past-windows.ts';

describe('cutWindows', () => {
  it('cuts whole weeks from Monday on and leaves out what the data do not fill', () => {
    const day = (text: string) => Date.parse(`${text}T12:00:00Z`);
    const days = Array.from({ length: 20 }, (_, i) => day('2001-01-02') + i * 86_400_000);
    const windows = cutWindows(Float64Array.from([...days, Number.NaN]), 7 * 86_400_000);
    expect(windows.map(({ fromMs, rows }) => [new Date(fromMs).toISOString().slice(0, 10), rows.length])).toEqual([
      ['2001-01-08', 7],
      ['2001-01-15', 7],
    ]);
  });
});
