// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of workflows
import { describe, expect, it } from 'vitest';
import {
  ExpressionError,
  evaluate,
  interpolate,
  isConditionMet,
  type Scope,
} from '../../../testkit/runner/expression.ts';

const scope: Scope = {
  status: 'success',
  workspace: '/nonexistent',
  contexts: {
    github: { ref: 'refs/heads/main', event: { Inputs: { a: '1' } } },
    steps: { build: { outputs: { 'image-reference': 'x:1' } } },
    matrix: { list: [{ n: 1 }, { n: 2 }] },
    env: { EMPTY: '', ZERO: '0' },
  },
};

describe('evaluate', () => {
  const cases: readonly [string, unknown][] = [
    ["'it''s'", "it's"],
    ['1 == 1.0', true],
    ["'Main' == 'MAIN'", true],
    ["'' == 0", true],
    ["'abc' == 0", false],
    ['null == false', true],
    ['!github.missing', true],
    ["github.ref == 'refs/heads/main' && 'yes' || 'no'", 'yes'],
    ["env.EMPTY || 'fallback'", 'fallback'],
    ['steps.build.outputs.image-reference', 'x:1'],
    ["steps.build.outputs['image-reference']", 'x:1'],
    ['github.event.inputs.A', '1'],
    ["join(matrix.list.*.n, '-')", '1-2'],
    ["contains(github.ref, 'HEADS')", true],
    ["contains(fromJSON('[1,2]'), 2)", true],
    ["startsWith('refs/tags/x', 'refs/tags/')", true],
    ["endsWith('a.yml', '.YML')", true],
    ["format('{0} {{x}} {1}', 'a', 2)", 'a {x} 2'],
    ['toJSON(fromJSON(\'{"a":[1]}\'))', '{\n  "a": [\n    1\n  ]\n}'],
    ['(1 < 2) && (2 >= 2)', true],
    ['success() && !failure() && always() && !cancelled()', true],
    ["hashFiles('nothing')", ''],
  ];
  it.each(cases)('%s', (text, value) => {
    expect(evaluate(text, scope)).toEqual(value);
  });

  it.each(['unknown.x', 'nofunction()', "'open", '1 +', 'github.'])('refuses %s', (text) => {
    expect(() => evaluate(text, scope)).toThrow(ExpressionError);
  });
});

describe('interpolate', () => {
  it('keeps the type of a text that is one expression', () => {
    expect(interpolate('${{ matrix.list }}', scope)).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('inserts several as text, and braces in strings end nothing', () => {
    expect(interpolate("a ${{ 1 }} b ${{ format('{0}}}', 'x') }}", scope)).toBe('a 1 b x}');
  });
});

describe('isConditionMet', () => {
  const failed: Scope = { ...scope, status: 'failure' };

  it('stands for success() where no status is asked for', () => {
    expect(isConditionMet("github.ref != ''", failed)).toBe(false);
    expect(isConditionMet(undefined, failed)).toBe(false);
  });

  it('lets a status function decide', () => {
    expect(isConditionMet("${{ always() && github.ref != '' }}", failed)).toBe(true);
    expect(isConditionMet('failure()', scope)).toBe(false);
  });
});
