import { describe, expect, it } from 'vitest';
import { namedModel } from '../../../../core/domain/commands/named-model.ts';
import type { CommandName } from '../../../../core/domain/commands/parse-commands.ts';

const MODELS = ['churn', 'team/ltv', 'staging'];

describe('namedModel', () => {
  it.each<[CommandName, string, string, string]>([
    ['plan', 'churn', '', 'churn'],
    ['promote', 'production team/ltv', 'production', 'team/ltv'],
    ['promote', 'staging staging', 'staging', 'staging'],
    ['retrain', 'churn', '', 'churn'],
    ['retry', '  churn ', '', 'churn'],
    ['rebaseline', 'team/ltv new labels of churn', 'new labels of churn', 'team/ltv'],
  ])('takes the model from %s %j', (name, argument, rest, model) => {
    expect(namedModel({ name, argument }, MODELS)).toEqual({ command: { name, argument: rest }, model });
  });

  it.each<[CommandName, string]>([
    ['promote', 'staging'],
    ['promote', 'production'],
    ['plan', ''],
    ['plan', 'Churn'],
    ['hold', 'we lose churn'],
    ['rebaseline', 'we lose churn'],
    ['rollback', 'churn'],
  ])('leaves %s %j as it is', (name, argument) => {
    expect(namedModel({ name, argument }, MODELS)).toEqual({ command: { name, argument }, model: undefined });
  });
});
