import type { JudgedScores } from '../../domain/evaluation/judge-gate.ts';
import type { Measured } from '../../domain/evaluation/measure-estimates.ts';
import { fairnessDefinition, fairnessMetricName } from '../../domain/fairness/fairness-measure.ts';
import type { EvaluationReport } from '../../reports/evaluation-report.ts';
import type { FairnessReport } from '../../reports/fairness-report.ts';

/** Fairness as the report has it; nothing where tidegate.yaml names no column. */
export function fairnessReport({ fairness }: JudgedScores): { readonly fairness?: FairnessReport[] } {
  if (fairness.length === 0) return {};
  return {
    fairness: fairness.map(({ column, privileged, groups, measures }) => ({
      column,
      ...(privileged === undefined ? {} : { privileged }),
      groups: groups.map(({ value, rows, isJudged, rates }) => ({
        value,
        rows,
        judged: isJudged,
        rates: rates.map(({ name, ...rate }) => ({ name, ...estimateOf(rate) })),
      })),
      measures: measures.map(({ name, between, ...measure }) => ({
        name,
        ...estimateOf(measure),
        ...(between === undefined ? {} : { between: [between[0], between[1]] as const }),
      })),
    })),
  };
}

/** Measures that rules name, among the metrics of all rows. */
export function fairnessMetrics({ fairness, outcomes }: JudgedScores): EvaluationReport['metrics'] {
  const ruled = new Set(outcomes.map(({ rule }) => rule.metric));
  return fairness.flatMap(({ column, rows, measures }) =>
    measures.flatMap((measure) => {
      const name = fairnessMetricName({ measure: measure.name, column });
      if (!ruled.has(name)) return [];
      const isRatio = fairnessDefinition(measure.name).kind === 'ratio';
      const direction = isRatio ? ('higher-is-better' as const) : ('lower-is-better' as const);
      return [{ name, direction, rows, ...estimateOf(measure) }];
    }),
  );
}

function estimateOf({ value, interval, reason }: Measured) {
  return { value, interval: interval === null ? null : { ...interval }, ...(reason === undefined ? {} : { reason }) };
}
