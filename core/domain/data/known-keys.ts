import { nearest } from '../text/nearest.ts';
import { dvcError } from './dvc-problem.ts';
import type { PlainMap } from './plain-value.ts';

/** DVC's schema of a mapping. */
export interface KeySchema {
  readonly keys: readonly string[];
  /** Of these, those that are true or false. */
  readonly flags: readonly string[];
}

/**
 * Refuses a mapping that DVC's schema refuses: a misspelled `push` would else do nothing, without a word.
 *
 * @param place.what What the mapping is, as the beginning of a message; `''` for the file itself.
 * @throws {UserError} DVC_INVALID for a key that DVC does not know and for a flag that is neither true nor false.
 */
export function refuseOtherKeys(
  map: PlainMap,
  { keys, flags }: KeySchema,
  { file, what }: { readonly file: string; readonly what: string },
): void {
  const subject = what === '' ? '' : `${what}: `;
  const wrong = [...map.keys()].find((key) => !keys.includes(key));
  if (wrong !== undefined) {
    const near = nearest(
      wrong,
      keys.filter((key) => !map.has(key)),
    );
    throw dvcError('DVC_INVALID', file, {
      message: `${subject}the unknown key "${wrong}"`,
      fix: near === undefined ? 'Remove it; DVC refuses it too.' : `Did you mean "${near}"?`,
    });
  }
  const flag = flags.find((key) => !['boolean', 'undefined'].includes(typeof map.get(key)));
  if (flag === undefined) return;
  throw dvcError('DVC_INVALID', file, {
    message: `${subject}${flag} is not true or false`,
    fix: 'Write true or false.',
  });
}
