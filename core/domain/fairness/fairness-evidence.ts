import type { RuleEvidence } from '../evaluation/measure-estimates.ts';
import type { GateRule } from '../gate/gate-rule.ts';
import { valueContrast } from '../gate/rule-contrast.ts';
import { timesReach } from '../inference/distribution-free.ts';
import { reachOf } from '../inference/interval.ts';
import type { Uncertainty } from '../inference/uncertainty.ts';
import { formatCount } from '../text/format-number.ts';
import { formatGroup } from './fairness-groups.ts';
import { fairnessMetricOf } from './fairness-measure.ts';
import type { MeasuredFairness } from './measure-fairness.ts';

/** Evidence for the fairness rules, by index. */
export function fairnessEvidence(
  rules: readonly GateRule[],
  measured: readonly MeasuredFairness[],
): ReadonlyMap<number, RuleEvidence> {
  return new Map(
    rules.flatMap((rule): [number, RuleEvidence][] => {
      const named = fairnessMetricOf(rule.metric);
      if (named === undefined) return [];
      const found = measured.find(({ column }) => column === named.column);
      if (found === undefined) return [[rule.index, { missing: `the groups of ${named.column} were not measured` }]];
      return [[rule.index, evidenceOf(rule, named.measure, found)]];
    }),
  );
}

function evidenceOf({ bound }: GateRule, name: string, found: MeasuredFairness): RuleEvidence {
  const measure = found.measures.find((one) => one.name === name);
  if (measure === undefined || measure.value === null || measure.uncertainty === undefined || !('value' in bound)) {
    return { missing: measure?.reason ?? 'it was not measured' };
  }
  const { weights, reading } = valueContrast(bound);
  const value = weights.candidate * measure.value + weights.constant;
  const uncertainty = signed(measure.uncertainty, weights.candidate);
  return { evidence: { value, uncertainty, reading, rows: found.rows }, ...notJudged(found) };
}

/** A ceiling turns the interval around. */
function signed(uncertainty: Uncertainty, sign: number): Uncertainty {
  if (uncertainty.kind !== 'estimated') return uncertainty;
  return { ...uncertainty, reach: (level) => timesReach(sign, reachOf(uncertainty, level)) };
}

/** Chosen: a sentence. */
const MOST_NAMED = 5;

/** Groups that the verdict says nothing about are named next to it. */
function notJudged({ column, groups }: MeasuredFairness): { readonly note?: string } {
  const small = groups.filter(({ isJudged }) => !isJudged);
  if (small.length === 0) return {};
  const named = small
    .slice(0, MOST_NAMED)
    .map(({ value, rows }) => `${formatGroup(column, value)} (${formatCount(rows)} rows)`);
  const more = small.length > MOST_NAMED ? ` and ${small.length - MOST_NAMED} more` : '';
  return { note: `Not judged, with fewer rows than evaluate.min-rows: ${named.join(', ')}${more}.` };
}
