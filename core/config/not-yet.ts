import type { Problem } from '../errors.ts';
import type { PlaceOf } from './yaml-place.ts';

/**
 * Keys that the schema knows and this version does not act on. `*` stands for any model name or list index.
 * Each use gets a warning: nothing is accepted and silently ignored.
 */
const NOT_YET: readonly { readonly path: string; readonly instead: string }[] = [
  { path: 'models.*.data.schema', instead: 'columns are only compared with the model input' },
  { path: 'models.*.drift.labels', instead: 'performance after labels arrive is not computed' },
];

/**
 * Warnings for the keys of a document that this version does not act on.
 *
 * @param document The plain value of the YAML text, as written.
 * @returns In the order of the table above, then of the document.
 */
export function warnNotYet(document: unknown, placeOf: PlaceOf): readonly Problem[] {
  return NOT_YET.flatMap(({ path, instead }) =>
    pathsMatching(document, path.split('.')).map((found) => ({
      message: `${found.join('.')} is not used by this version: ${instead}`,
      fix: `Remove ${found.at(-1)}, or keep it for a later version.`,
      place: placeOf(found),
    })),
  );
}

function pathsMatching(value: unknown, pattern: readonly string[]): readonly (readonly (string | number)[])[] {
  const [step, ...rest] = pattern;
  if (step === undefined) return value === undefined || value === false ? [] : [[]];
  if (typeof value !== 'object' || value === null) return [];
  const entries: readonly [string | number, unknown][] = Array.isArray(value)
    ? value.map((entry, index) => [index, entry])
    : Object.entries(value);
  return entries
    .filter(([key]) => step === '*' || key === step)
    .flatMap(([key, entry]) => pathsMatching(entry, rest).map((tail) => [key, ...tail]));
}
