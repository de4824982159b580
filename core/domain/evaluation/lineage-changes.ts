/** Inputs of a training. */
export interface TrainingLineage {
  /** As the parameter files hold them, nested. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly inputs: readonly { readonly path: string; readonly digest: string }[];
}

/** A parameter that differs; null on the side that has none. Values as JSON text. */
export interface ChangedParameter {
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** A file that differs. */
export interface ChangedInput {
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed';
}

/** Differences between two trainings, without equal parts. */
export interface LineageChanges {
  readonly params: readonly ChangedParameter[];
  readonly inputs: readonly ChangedInput[];
}

/** Chosen: what a person reads; a run with more differences is another model. */
const MAX_CHANGES = 100;
const MAX_VALUE_CHARACTERS = 200;

/**
 * Differences between two trainings, by dotted names and paths in order; at most 100 of each.
 *
 * @example lineageChanges({ params: { train: { depth: 3 } }, inputs: [] }, { params: { train: { depth: 4 } }, inputs: [] }).params // => [{ name: 'train.depth', before: '3', after: '4' }]
 */
export function lineageChanges(before: TrainingLineage, after: TrainingLineage): LineageChanges {
  const [was, is] = [flatten(before.params), flatten(after.params)];
  const params = namesOf(was, is).flatMap((name): ChangedParameter[] => {
    const [old, now] = [was.get(name) ?? null, is.get(name) ?? null];
    return old === now ? [] : [{ name, before: old, after: now }];
  });
  return { params: params.slice(0, MAX_CHANGES), inputs: changedInputs(before, after).slice(0, MAX_CHANGES) };
}

function changedInputs(before: TrainingLineage, after: TrainingLineage): readonly ChangedInput[] {
  const digests = ({ inputs }: TrainingLineage) => new Map(inputs.map(({ path, digest }) => [path, digest]));
  const [was, is] = [digests(before), digests(after)];
  return namesOf(was, is).flatMap((path): ChangedInput[] => {
    if (was.get(path) === is.get(path)) return [];
    if (!was.has(path)) return [{ path, change: 'added' }];
    return [{ path, change: is.has(path) ? 'changed' : 'removed' }];
  });
}

function namesOf(...maps: readonly ReadonlyMap<string, unknown>[]): readonly string[] {
  return [...new Set(maps.flatMap((map) => [...map.keys()]))].sort();
}

function flatten(value: unknown, path: readonly string[] = [], into = new Map<string, string>()): Map<string, string> {
  const isNested = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isNested) into.set(path.join('.'), (JSON.stringify(value) ?? 'null').slice(0, MAX_VALUE_CHARACTERS));
  else for (const [key, child] of Object.entries(value)) flatten(child, [...path, key], into);
  return into;
}
