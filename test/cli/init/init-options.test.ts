import { describe, expect, it } from 'vitest';
import { parseInitOptions, USAGE } from '../../../cli/init/init-options.ts';

describe('parseInitOptions', () => {
  it('reads options, and the older name of --test', () => {
    expect(parseInitOptions(['repo', '--dataset', 'a.csv', '--task=regression', '--yes'])).toMatchObject({
      path: 'repo',
      test: 'a.csv',
      task: 'regression',
      yes: true,
      judge: true,
    });
  });

  it.each([
    [['repo', '--stor', 'x'], 'there is no option --stor'],
    [['repo', '--stor', 'x'], 'did you mean --store?'],
    [['repo', '--task', 'clustering'], 'is not a task'],
    [['repo', 'other'], 'only one repository'],
    [['repo', '--store'], '--store'],
  ])('refuses %j with the list of options', (args, message) => {
    const parse = () => parseInitOptions(args);
    expect(parse).toThrow(message);
    expect(parse).toThrow(expect.objectContaining({ code: 'INPUT_INVALID', fix: USAGE }));
  });

  it('describes every option', () => {
    for (const name of ['model', 'task', 'label', 'test', 'store', 'yes', 'dry-run', 'help'])
      expect(USAGE).toContain(`--${name}`);
  });
});
