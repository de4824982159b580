import { describe, expect, it } from 'vitest';
import { COMMANDS, parseCommands } from '../../../../core/domain/commands/parse-commands.ts';

const names = (text: string) => parseCommands(text).map(({ name, argument }) => `${name}(${argument})`);

describe('parseCommands', () => {
  it('finds whole lines, in their order, whatever their case and line ends', () => {
    expect(names('Hello\r\n/tidegate plan\r\n/Tidegate PROMOTE production  \r\nbye')).toEqual([
      'plan()',
      'promote(production)',
    ]);
    expect(names('/tidegate')).toEqual(['help()']);
    expect(names('/tidegate hold  the numbers look odd ')).toEqual(['hold(the numbers look odd)']);
  });

  const notOurs: readonly { name: string; text: string }[] = [
    { name: 'in the middle of a line', text: 'please /tidegate promote production' },
    { name: 'in a quote', text: '> /tidegate promote production' },
    { name: 'in indented code', text: '    /tidegate promote production' },
    { name: 'in a code block', text: '```sh\n/tidegate promote production\n```' },
    { name: 'in a code block that another fence does not end', text: '````\n```\n/tidegate plan\n````' },
    { name: 'in a code block that never ends', text: '~~~\n/tidegate plan' },
    { name: 'of another bot', text: '/tidegated plan\n/tide plan' },
  ];
  it.each(notOurs)('leaves what stands $name', ({ text }) => {
    expect(parseCommands(text)).toEqual([]);
  });

  it('names what is no command', () => {
    expect(names('/tidegate deploy now\n/tidegate constructor')).toEqual(['unknown(deploy)', 'unknown(constructor)']);
  });

  it('reads after a code block, and stops after five', () => {
    expect(names('```\nx\n```\n/tidegate plan')).toEqual(['plan()']);
    expect(parseCommands('/tidegate plan\n'.repeat(50))).toHaveLength(5);
  });
});

describe('COMMANDS', () => {
  it('asks for write permission for everything but help and plan', () => {
    const open = Object.entries(COMMANDS).filter(([, { needsWrite }]) => !needsWrite);
    expect(open.map(([name]) => name)).toEqual(['help', 'plan']);
  });
});
