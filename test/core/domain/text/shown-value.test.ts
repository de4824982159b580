import { describe, expect, it } from 'vitest';
import { shownValue } from '../../../../core/domain/text/shown-value.ts';

describe('shownValue', () => {
  it.each(['r17', 'part 3', '2001-02-03T04:05:06Z', 'Zürich', 'a@b.example'])('shows %s as it is', (text) => {
    expect(shownValue(text)).toBe(text);
  });

  it.each(['', 'a\nb', '\u001b[31mred', '::error::x\r', '<img src=x>', '`code`', 'x'.repeat(1_000_000), '\u202eabc'])(
    'quotes and cuts what is not plain: case %#',
    (text) => {
      const shown = shownValue(text);
      expect(shown).toMatch(/^".*"$/);
      for (const character of ['\n', '\r', '\u001b']) expect(shown).not.toContain(character);
      expect(shown.length).toBeLessThan(700);
    },
  );
});
