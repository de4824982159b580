import { describe, expect, it } from 'vitest';
import { checkArguments } from '../../../../core/domain/commands/check-arguments.ts';
import { namedModel } from '../../../../core/domain/commands/named-model.ts';
import { COMMANDS, type CommandName } from '../../../../core/domain/commands/parse-commands.ts';

const MODELS = ['churn', 'ltv'];
const check = (name: CommandName, argument: string) => checkArguments(namedModel({ name, argument }, MODELS), MODELS);

describe('checkArguments', () => {
  it.each<[CommandName, string]>([
    ['help', ''],
    ['plan', ''],
    ['plan', 'churn'],
    ['promote', 'staging'],
    ['promote', '  staging \t ltv '],
    ['rollback', ''],
    ['rollback', 'v1.2.0'],
    ['hold', 'the numbers look odd to me'],
    ['hold', ''],
    ['rebaseline', 'churn the labels were wrong'],
    ['retry', 'ltv'],
  ])('accepts %s %j', (name, argument) => {
    expect(check(name, argument)).toBeUndefined();
  });

  it('says how a command is written where a word is missing', () => {
    expect(check('promote', '')).toEqual({ kind: 'too-few-words', usage: COMMANDS.promote.usage });
    expect(check('rebaseline', 'churn')).toEqual({ kind: 'too-few-words', usage: COMMANDS.rebaseline.usage });
  });

  it.each<[CommandName, string, string]>([
    ['unhold', 'staging', 'staging'],
    ['rollback', '1.2.0 in production', 'in production'],
    ['promote', 'staging now churn', 'now'],
    ['help', 'me', 'me'],
  ])('refuses what is left over of %s %j', (name, argument, extra) => {
    expect(check(name, argument)).toEqual({ kind: 'too-many-words', usage: COMMANDS[name].usage, extra });
  });

  it.each<[CommandName, string, string, string | undefined]>([
    ['plan', 'chrun', 'chrun', 'churn'],
    ['promote', 'staging Churn', 'Churn', 'churn'],
    ['retrain', 'a whole sentence', 'a whole sentence', undefined],
  ])('does not take another model for the one of %s %j', (name, argument, wrong, near) => {
    expect(check(name, argument)).toEqual({ kind: 'unknown-model', name: wrong, known: MODELS, nearest: near });
  });
});
