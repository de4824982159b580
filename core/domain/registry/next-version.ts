import { inc, parse } from 'semver';
import type { ModelTensor } from '../model/model-tensor.ts';

/** Signature of a model, on which its callers rely. */
export interface ModelInterface {
  readonly task: string;
  readonly features: readonly string[];
  readonly inputs: readonly ModelTensor[];
  readonly outputs: readonly ModelTensor[];
}

/** A part of a SemVer. */
export type Bump = 'major' | 'minor' | 'patch';

/** Chosen: a model that no one has used yet is not 1.0.0. */
const FIRST_VERSION = '0.1.0';

/**
 * Version level that a change of the model's interface requires: patch when nothing changed, minor when features were added and
 * all else is as before, else major.
 *
 * @param before Undefined where it is not known (a version from before Tidegate): major.
 */
export function decideBump(before: ModelInterface | undefined, after: ModelInterface): Bump {
  if (before === undefined || before.task !== after.task) return 'major';
  if (!sameTensors(before.outputs, after.outputs)) return 'major';
  const sameFeatures = sameList(before.features, after.features);
  if (sameFeatures && sameTensors(before.inputs, after.inputs)) return 'patch';
  const grew =
    after.features.length > before.features.length &&
    before.features.every((feature) => after.features.includes(feature));
  return grew ? 'minor' : 'major';
}

/**
 * The next number.
 *
 * @param highest The highest number ever used; undefined for the first version, which is 0.1.0.
 * @example nextVersion('1.4.0', 'minor') // => '1.5.0'
 */
export function nextVersion(highest: string | undefined, bump: Bump): string {
  if (highest === undefined) return FIRST_VERSION;
  const next = inc(highest, bump);
  if (next === null) throw new RangeError(`${highest} is not SemVer`);
  return next;
}

/** Chosen: far more numbers than a model ever gets, and below what SemVer readers take by as much. */
const MAX_PART = 1e12;

/**
 * True if numbers can go on behind a version. One that is nearly as high as SemVer readers take leaves no room.
 *
 * @example hasNext('9007199254740991.0.0') // => false
 */
export function hasNext(version: string): boolean {
  const parsed = parse(version);
  return parsed !== null && Math.max(parsed.major, parsed.minor, parsed.patch) <= MAX_PART;
}

function sameTensors(left: readonly ModelTensor[], right: readonly ModelTensor[]): boolean {
  return sameList(left.map(describe), right.map(describe));
}

function describe({ name, type, shape }: ModelTensor): string {
  return JSON.stringify([name, type, shape]);
}

function sameList(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((entry, index) => entry === right[index]);
}
