import { describe, expect, it } from 'vitest';
import { withoutControls } from '../../../cli/terminal/without-controls.ts';

describe('withoutControls', () => {
  it('leaves lines, tabs and letters of any script as they are', () => {
    expect(withoutControls('a\tb\nä 模型 🙂')).toBe('a\tb\nä 模型 🙂');
  });

  it.each([
    { name: 'a terminal sequence', text: '\u001b]0;title\u0007', shown: '\\u001b]0;title\\u0007' },
    { name: 'a carriage return', text: 'safe\rbad', shown: 'safe\\u000dbad' },
    { name: 'a C1 control', text: '\u009b2J', shown: '\\u009b2J' },
    { name: 'a mark of direction', text: 'a\u202eb', shown: 'a\\u202eb' },
  ])('shows $name as an escape', ({ text, shown }) => {
    expect(withoutControls(text)).toBe(shown);
  });
});
