import type { Sampling } from '../inference/population.ts';
import type { ColumnValues } from '../table/column-values.ts';
import type { ColumnClusters, ColumnProfile } from './profile-column.ts';

type Clusters = Extract<Sampling, { kind: 'clusters' }>;

/** Chosen: tenths of the values, or as many of the most frequent categories and the rest. */
const PARTS = 10;

/**
 * The design effects of a column whose rows come in groups: the variance of a share of rows by groups over that of as many
 * independent rows. Of numbers it is the mean over the shares below each tenth; of categories the largest of the most
 * frequent ones, since the mean is too small where they differ (J. N. K. Rao and A. J. Scott, J. Amer. Statist. Assoc. 76,
 * 1981). That of the mean rank, by the tenths as numbers, is larger than the mean of the shares, which vary less at the ends. At
 * least 1: groups that are more alike than chance may be so by chance.
 *
 * @param profile Summary of the same rows.
 *
 * Source: L. Kish, Survey Sampling, 1965; the variance is the linearised one of a ratio, times groups / (groups - 1).
 */
export function designEffects(column: ColumnValues, profile: ColumnProfile, { ids, count }: Clusters): ColumnClusters {
  const partAt = profile.kind === 'numeric' ? tenthOf(column, profile.quantiles) : categoryOf(column, profile.counts);
  const width = PARTS + 1;
  const counts = new Float64Array(count * width);
  for (let row = 0; row < ids.length; row++) {
    const cell = (ids[row] ?? 0) * width + partAt(row);
    counts[cell] = (counts[cell] ?? 0) + 1;
  }
  const cells = (id: number) => counts.subarray(id * width, (id + 1) * width);
  const rows = Float64Array.from({ length: count }, (_, id) => sumOf(cells(id)));
  const present = rows.map((all, id) => all - (cells(id)[ABSENT] ?? 0));
  const shares = Array.from({ length: PARTS }, (_, part) => {
    const isIn = profile.kind === 'numeric' ? upTo(part) : only(part);
    return designEffect(
      present,
      Float64Array.from({ length: count }, (_, id) => isIn(cells(id))),
    );
  });
  const known = shares.filter((effect) => effect !== undefined);
  const isNumeric = profile.kind === 'numeric';
  return {
    groups: effectiveGroups(present),
    rowGroups: effectiveGroups(rows),
    values: Math.max(1, isNumeric ? sumOf(known) / Math.max(1, known.length) : Math.max(1, ...known)),
    ...(isNumeric ? { ranks: Math.max(1, rankEffect(present, cells) ?? 1) } : {}),
    presence: Math.max(1, designEffect(rows, present) ?? 1),
  };
}

/** The design effect of the mean tenth of rows; undefined for fewer than two groups, and where all rows are in one tenth. */
function rankEffect(rows: Float64Array, cells: (id: number) => Float64Array): number | undefined {
  const powers = (power: number) =>
    rows.map((_, id) =>
      cells(id)
        .subarray(0, PARTS)
        .reduce((sum, count, part) => sum + count * part ** power, 0),
    );
  const sums = powers(1);
  const all = sumOf(rows);
  const mean = sumOf(sums) / all;
  const variance = sumOf(powers(2)) / all - mean ** 2;
  return variance > 1e-9 ? varianceRatio(rows, { sums, mean, variance }) : undefined;
}

/**
 * The number of groups of equal size whose sizes vary the total as much: (sum of sizes)^2 / (sum of squared sizes). A few large
 * groups say little about how groups differ, whatever the number of small ones next to them.
 *
 * @param sizes Rows by group, each >= 0.
 * @returns From 1 to the number of groups with rows; that number where their sizes are equal; 0 without rows.
 * @example effectiveGroups([10, 10, 10]) // => 3
 * @example effectiveGroups([90, 5, 5]) // => 1.2269938650306749
 *
 * Source: L. Kish, Survey Sampling, 1965; for tests with few groups of unequal size A. V. Carter, K. T. Schnepel and
 * D. G. Steigerwald, Rev. Econ. Stat. 99, 2017.
 */
export function effectiveGroups(sizes: Float64Array | readonly number[]): number {
  let squares = 0;
  for (const size of sizes) squares += size * size;
  return squares === 0 ? 0 : sumOf(sizes) ** 2 / squares;
}

/** The part of rows without a value. */
const ABSENT = PARTS;

/** Rows in the parts up to one; of the last part all of them. */
function upTo(part: number) {
  return (cells: Float64Array) => sumOf(cells.subarray(0, part + 1));
}

function only(part: number) {
  return (cells: Float64Array) => cells[part] ?? 0;
}

/**
 * The design effect of a share of rows.
 *
 * @param rows By group.
 * @param hits Those of them that are in the part.
 * @returns undefined for fewer than two groups, and for a share of 0 or 1, which does not vary.
 */
function designEffect(rows: Float64Array, hits: Float64Array): number | undefined {
  const mean = sumOf(hits) / sumOf(rows);
  if (!(mean > 0) || mean >= 1) return undefined;
  return varianceRatio(rows, { sums: hits, mean, variance: mean * (1 - mean) });
}

/** Sums of a number by group, and its mean and variance over all rows. */
interface GroupSums {
  readonly sums: Float64Array;
  readonly mean: number;
  readonly variance: number;
}

/** The variance of a mean by groups over that of as many independent rows; undefined for fewer than two groups. */
function varianceRatio(rows: Float64Array, { sums, mean, variance }: GroupSums): number | undefined {
  const groups = rows.reduce((sum, of) => sum + (of > 0 ? 1 : 0), 0);
  if (groups < 2) return undefined;
  const squares = sums.reduce((sum, of, id) => sum + (of - mean * (rows[id] ?? 0)) ** 2, 0);
  return ((groups / (groups - 1)) * squares) / (sumOf(rows) * variance);
}

/** The tenth that a row's number is in, by the points of a sketch. */
function tenthOf(column: ColumnValues, quantiles: readonly number[]): (row: number) => number {
  if (column.kind === 'categorical') return () => ABSENT;
  const tenths = Array.from(
    { length: PARTS - 1 },
    (_, at) => quantiles[Math.floor(((at + 1) / PARTS) * (quantiles.length - 1))] ?? Number.NaN,
  );
  return (row) => {
    const value = column.values[row] ?? Number.NaN;
    if (!Number.isFinite(value)) return ABSENT;
    const part = tenths.findIndex((most) => value <= most);
    return part === -1 ? PARTS - 1 : part;
  };
}

/** The place of a row's category among the most frequent ones; the last place is that of all others. */
function categoryOf(
  column: ColumnValues,
  counts: Extract<ColumnProfile, { kind: 'categorical' }>['counts'],
): (row: number) => number {
  const places = new Map(counts.slice(0, PARTS - 1).map(([name], place) => [name, place]));
  if (column.kind === 'categorical') {
    const byCode = column.categories.map((name) => places.get(name) ?? PARTS - 1);
    return (row) => byCode[column.codes[row] ?? -1] ?? ABSENT;
  }
  return (row) => {
    const value = column.values[row] ?? Number.NaN;
    return Number.isNaN(value) ? ABSENT : (places.get(String(value)) ?? PARTS - 1);
  };
}

function sumOf(values: Float64Array | readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

/** The design effects that were found in a random sample of the rows, as those of all of them. */
export function scaleClusters({ values, ranks, presence, ...counted }: ColumnClusters, ratio: number): ColumnClusters {
  const scaled = (effect: number) => 1 + (effect - 1) * ratio;
  const ofRanks = ranks === undefined ? {} : { ranks: scaled(ranks) };
  return { ...counted, values: scaled(values), ...ofRanks, presence: scaled(presence) };
}

/** A column with the groups of its rows. */
export function withClusters(profile: ColumnProfile, column: ColumnValues, sampling: Sampling): ColumnProfile {
  return sampling.kind === 'rows' ? profile : { ...profile, clusters: designEffects(column, profile, sampling) };
}
