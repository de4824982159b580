import { once } from '../inference/once.ts';
import { cellShares, type LimitsOfShares } from './confusion-limits.ts';
import type {
  CodedConfusion,
  Confusion,
  ConfusionValue,
  DistributionFree,
  MetricEstimate,
  MetricOptions,
  ScoredRows,
  UndefinedMetric,
} from './metric.ts';

/** Rows whose decisions are not yet counted. */
export type UndecidedRows = Omit<ScoredRows, 'ranking' | 'confusion'>;

/** The class decided for each row: by threshold for two classes, else the most probable one, the first of equals. */
export function decide(rows: UndecidedRows, { decisionThreshold }: MetricOptions): Uint8Array {
  if (rows.decided !== undefined) return rows.decided;
  const { labels, scores, classes } = rows;
  const decided = new Uint8Array(labels.length);
  if (classes <= 2) {
    for (let i = 0; i < decided.length; i++) decided[i] = (scores[i] ?? 0) >= decisionThreshold ? 1 : 0;
    return decided;
  }
  for (let i = 0; i < decided.length; i++) {
    let best = 0;
    for (let k = 1; k < classes; k++) {
      if ((scores[i * classes + k] ?? 0) > (scores[i * classes + best] ?? 0)) best = k;
    }
    decided[i] = best;
  }
  return decided;
}

/** Counts rows by true and decided class. */
export function confusionOf(rows: UndecidedRows, options: MetricOptions): CodedConfusion {
  const { labels, weights, classes } = rows;
  const decided = decide(rows, options);
  const counts = new Float64Array(classes * classes);
  const cells = new Float64Array(classes * classes);
  const codes = new Uint16Array(labels.length);
  for (let i = 0; i < labels.length; i++) {
    const code = (labels[i] ?? 0) * classes + (decided[i] ?? 0);
    codes[i] = code;
    counts[code] = (counts[code] ?? 0) + (weights === null ? 1 : (weights[i] ?? 0));
    cells[code] = (cells[code] ?? 0) + 1;
  }
  return { classes, counts, codes, cells };
}

/** The value of a metric of decisions. */
export type OfConfusion = (confusion: Confusion) => ConfusionValue | UndefinedMetric;

/** The estimate of a function of the confusion: each row's influence is the derivative by its cell. */
export function estimateFromConfusion(
  rows: ScoredRows,
  confusion: CodedConfusion,
  { of, limits }: { readonly of: OfConfusion; readonly limits: LimitsOfShares },
): MetricEstimate | UndefinedMetric {
  const found = of(confusion);
  if ('kind' in found) return found;
  const { codes, classes } = confusion;
  const { weights } = rows;
  const influence = once(() => {
    const byCell = found.gradient.map((part) => part * codes.length);
    const parts = new Float64Array(codes.length);
    if (weights === null) for (let i = 0; i < parts.length; i++) parts[i] = byCell[codes[i] ?? 0] ?? 0;
    else for (let i = 0; i < parts.length; i++) parts[i] = (weights[i] ?? 0) * (byCell[codes[i] ?? 0] ?? 0);
    return parts;
  });
  const edge = { trials: codes.length, worst: (share: number) => worstAt(confusion, of, share) };
  const distributionFree: DistributionFree = {
    limits: (sampled, tail) => limits(cellShares(confusion, sampled), tail),
    paired: { kind: 'decisions', classes, codes, gradient: found.gradient },
  };
  return { kind: 'estimate', value: found.value, influence, byClass: false, edge, distributionFree };
}

/** The lowest value if a share of all rows were decided wrongly, taken from one true class or the other. */
function worstAt({ classes, counts }: Confusion, of: OfConfusion, share: number): number {
  const total = counts.reduce((all, count) => all + count, 0);
  const values = Array.from({ length: classes }, (_, truth) => {
    const moved = counts.slice();
    const right = truth * classes + truth;
    const wrong = truth * classes + ((truth + 1) % classes);
    const part = Math.min(share * total, moved[right] ?? 0);
    moved[right] = (moved[right] ?? 0) - part;
    moved[wrong] = (moved[wrong] ?? 0) + part;
    const found = of({ classes, counts: moved });
    return 'kind' in found ? 0 : found.value;
  });
  return Math.min(...values);
}
