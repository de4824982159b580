import { describe, expect, it } from 'vitest';
import { describeCommandOutcome } from '../../../../core/render/promotion/command-outcome.ts';

describe('describeCommandOutcome', () => {
  it.each([
    [{ kind: 'unknown-environment', name: 'x', known: ['staging', 'production'] }, 'Known: staging, production.'],
    [{ kind: 'unknown-environment', name: 'x', known: [] }, 'There is no environment "x". Known: none.'],
    [{ kind: 'no-such-version', wanted: '9', reason: undefined }, 'There is no version 9.'],
    [{ kind: 'no-such-version', wanted: '9', reason: 'why' }, 'There is no version 9. Its tag is not trusted: why.'],
    [{ kind: 'held', issue: 3, version: '1.0.0', environment: 'staging' }, '#3 holds v1.0.0 back from staging.'],
    [{ kind: 'lifted', issue: 3, version: '1.0.0', environment: 'staging' }, 'Lifted #3: v1.0.0 in staging.'],
    [{ kind: 'rebaseline-of-no-model', models: ['a', 'b'] }, 'name of the one that you mean before the reason'],
    [
      { kind: 'several-models', models: ['a', 'b'] },
      'There are 2 models: name the one that you mean at the end, such as',
    ],
    [{ kind: 'retrain', outcome: { kind: 'started', workflow: 'r.yml', reason: undefined } }, 'started r.yml'],
    [
      { kind: 'promotion', outcome: { kind: 'waits', number: 4, reason: 'why', environment: 'staging' } },
      'staging: #4 waits: why',
    ],
  ] as const)('says %j', (outcome, text) => {
    expect(describeCommandOutcome(outcome)).toContain(text);
  });
});
