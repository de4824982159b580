import type { ScoredPopulation } from '../../core/domain/evaluation/population.ts';
import { normalQuantile } from '../../core/domain/statistics/normal.ts';
import { type SeededRandom, seededRandom } from '../../testkit/seeded-random.ts';
import type { SmallLaw } from './small-data.ts';
import { type Tail, tailedRow } from './tails.ts';

/** Kind of the simulated model. */
export type SimulatedTask = 'binary-classification' | 'multiclass-classification' | 'regression';

/** One law of data: how many rows, how hard, whether rows of a cluster move together. */
export interface Scenario {
  readonly task: SimulatedTask;
  readonly rows: number;
  /** 0 easy, 1 medium, 2 hard. */
  readonly difficulty: 0 | 1 | 2;
  readonly clustered: boolean;
  /** Of regression: errors of another shape than the difficulty's. */
  readonly tail?: Tail;
  /** Of two classes: another law than the difficulty's. */
  readonly small?: SmallLaw;
}

/** Quality of a model, by difficulty; the worse candidate loses a tenth of it. */
const BINARY = [
  { prevalence: 0.5, distance: 1 },
  { prevalence: 0.2, distance: 1.5 },
  { prevalence: 0.1, distance: 2.2 },
] as const;
const CLASSES = 3;
const MULTICLASS = [
  { shares: [0.34, 0.33, 0.33], distance: 1 },
  { shares: [0.5, 0.3, 0.2], distance: 1.5 },
  { shares: [0.7, 0.2, 0.1], distance: 2 },
] as const;
/** Errors: normal, skewed, and with heavy tails. */
const REGRESSION = ['normal', 'skewed', 'heavy'] as const;
export const WORSE = 0.9;
/** Shares of the variance: what both models' errors have in common, and what rows of a cluster do. */
const SHARED = 0.8;
const IN_CLUSTER = 0.1;

/** A number of clusters that a team would have for the given number of rows. */
function clusterCount(rows: number): number {
  return rows <= 50 ? 10 : rows <= 200 ? 20 : rows <= 1000 ? 30 : 60;
}

/** The standard normal numbers that one row is made of. */
interface RowNoise {
  label: number;
  /** By class. */
  readonly candidate: Float64Array;
  readonly champion: Float64Array;
}

/** Rows with both models' scores, from a seed. */
export function simulate(scenario: Scenario, skill: number, seed: number): ScoredPopulation {
  const random = seededRandom(seed);
  const { rows, clustered, task } = scenario;
  const width = task === 'multiclass-classification' ? CLASSES : 1;
  const ids = clustered ? clusterIds(rows, random) : null;
  const perRow = 1 + 3 * width;
  const effects = ids === null ? null : normals(random, clusterCount(rows) * perRow);
  const out = emptyPopulation(scenario, ids);
  const drawNoise = noiseOfRows(random, width, { isClustered: clustered, shared: scenario.small?.shared ?? SHARED });
  for (let row = 0; row < rows; row++) {
    writeRow(out, row, { scenario, skill, noise: drawNoise(effects, (ids?.[row] ?? 0) * perRow) });
  }
  return out;
}

/** Unequal clusters, each with a row: some twice as large as others. */
function clusterIds(rows: number, random: SeededRandom): Uint32Array {
  const count = clusterCount(rows);
  return Uint32Array.from({ length: rows }, (_, row) => {
    if (row < count) return row;
    const drawn = Math.floor(random.uniform() * count * 1.5);
    return drawn < count ? drawn : Math.floor((drawn - count) * 2);
  });
}

function normals(random: SeededRandom, count: number): Float64Array {
  return Float64Array.from({ length: count }, () => random.normal());
}

interface NoiseLaw {
  readonly isClustered: boolean;
  readonly shared: number;
}

/** Draws the noise of one row after the other into the same arrays. */
function noiseOfRows(random: SeededRandom, width: number, { isClustered, shared: inCommon }: NoiseLaw) {
  const noise: RowNoise = { label: 0, candidate: new Float64Array(width), champion: new Float64Array(width) };
  const shared = new Float64Array(width);
  const own = Math.sqrt(1 - (isClustered ? IN_CLUSTER : 0));
  const common = Math.sqrt(IN_CLUSTER);
  const [together, apart] = [Math.sqrt(inCommon), Math.sqrt(1 - inCommon)];
  /** @param from Where the numbers of the row's cluster begin. */
  return (effects: Float64Array | null, from: number): RowNoise => {
    let at = from;
    const draw = () => own * random.normal() + (effects === null ? 0 : common * (effects[at++] ?? 0));
    noise.label = draw();
    for (let k = 0; k < width; k++) shared[k] = together * draw();
    for (let k = 0; k < width; k++) noise.candidate[k] = (shared[k] ?? 0) + apart * draw();
    for (let k = 0; k < width; k++) noise.champion[k] = (shared[k] ?? 0) + apart * draw();
    return noise;
  };
}

/** A population to be filled. */
export function emptyPopulation({ task, rows }: Scenario, ids: Uint32Array | null): ScoredPopulation {
  const width = task === 'multiclass-classification' ? CLASSES : 1;
  return {
    labels: new Float64Array(rows),
    candidate: new Float64Array(rows * width),
    champion: new Float64Array(rows * width),
    weights: null,
    classes: task === 'regression' ? 1 : task === 'multiclass-classification' ? CLASSES : 2,
    sampling: ids === null ? { kind: 'rows' } : { kind: 'clusters', ids, count: Math.max(...ids) + 1 },
  };
}

interface RowLaw {
  readonly scenario: Scenario;
  readonly skill: number;
  readonly noise: Readonly<RowNoise>;
}

/** Fills one row from its normal numbers; the champion has a skill of 1. */
export function writeRow(out: ScoredPopulation, row: number, { scenario, skill, noise }: RowLaw): void {
  const { labels, candidate, champion } = out;
  if (champion === null) return;
  const { task, difficulty, tail, small } = scenario;
  if (tail !== undefined) {
    const of = (error: number, ability: number) => tailedRow(tail, { label: noise.label, error }, ability);
    [labels[row], candidate[row]] = of(noise.candidate[0] ?? 0, skill);
    champion[row] = of(noise.champion[0] ?? 0, 1)[1];
  } else if (task === 'binary-classification') {
    const { prevalence, distance } = small ?? BINARY[difficulty];
    const label = noise.label < normalQuantiles.at(prevalence) ? 1 : 0;
    labels[row] = label;
    candidate[row] = posterior(label, noise.candidate[0] ?? 0, { prevalence, distance: distance * skill });
    champion[row] = posterior(label, noise.champion[0] ?? 0, { prevalence, distance });
  } else if (task === 'regression') {
    const label = Math.exp(0.5 * noise.label + 1);
    labels[row] = label;
    candidate[row] = label * shaped(REGRESSION[difficulty], noise.candidate[0] ?? 0, 0.2 / skill);
    champion[row] = label * shaped(REGRESSION[difficulty], noise.champion[0] ?? 0, 0.2);
  } else {
    const { shares, distance } = MULTICLASS[difficulty];
    const label = classAt(noise.label, shares);
    labels[row] = label;
    softmax(
      candidate,
      row,
      (k) => Math.log(shares[k] ?? 1) + evidence(noise.candidate[k] ?? 0, k === label, distance * skill),
    );
    softmax(champion, row, (k) => Math.log(shares[k] ?? 1) + evidence(noise.champion[k] ?? 0, k === label, distance));
  }
}

const normalQuantiles = {
  known: new Map<number, number>(),
  at(p: number): number {
    const found = this.known.get(p) ?? normalQuantile(p);
    this.known.set(p, found);
    return found;
  },
};

function posterior(label: number, noise: number, law: { prevalence: number; distance: number }): number {
  const x = law.distance * label + noise;
  const logit = Math.log(law.prevalence / (1 - law.prevalence)) + law.distance * x - law.distance ** 2 / 2;
  return 1 / (1 + Math.exp(-logit));
}

function evidence(noise: number, isTrue: boolean, distance: number): number {
  return distance * (noise + (isTrue ? distance : 0)) - (isTrue ? distance ** 2 / 2 : 0);
}

function classAt(noise: number, shares: readonly number[]): number {
  let seen = 0;
  for (let k = 0; k < shares.length - 1; k++) {
    seen += shares[k] ?? 0;
    if (noise < normalQuantiles.at(seen)) return k;
  }
  return shares.length - 1;
}

/** A factor around 1. */
function shaped(shape: (typeof REGRESSION)[number], noise: number, scale: number): number {
  if (shape === 'normal') return Math.max(0.25, 1 + scale * noise);
  if (shape === 'skewed') return Math.exp(scale * noise);
  return Math.max(0.25, 1 + scale * noise * (0.6 + 0.2 * noise * noise));
}

function softmax(scores: Float64Array, row: number, logit: (k: number) => number): void {
  let total = 0;
  for (let k = 0; k < CLASSES; k++) {
    const value = Math.exp(logit(k));
    scores[row * CLASSES + k] = value;
    total += value;
  }
  for (let k = 0; k < CLASSES; k++) scores[row * CLASSES + k] = (scores[row * CLASSES + k] ?? 0) / total;
}
