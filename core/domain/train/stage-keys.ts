import { dvcError } from '../data/dvc-problem.ts';
import { isPlainMap, type PlainMap } from '../data/plain-value.ts';
import { nearest } from '../text/nearest.ts';

/** The keys of a stage, as in dvc/schema.py. */
const STAGE_KEYS = [
  'cmd',
  'wdir',
  'deps',
  'params',
  'outs',
  'metrics',
  'plots',
  'vars',
  'frozen',
  'always_changed',
  'meta',
  'desc',
  'matrix',
];

/**
 * Refuses what DVC refuses in a stage of dvc.yaml before it fills in templates.
 *
 * @throws {UserError} DVC_INVALID for a key that DVC does not know, such as a misspelled `deps`, and for a flag that is not
 *   true or false.
 */
export function refuseUnknownKeys(name: string, stage: PlainMap, file: string): void {
  const body = stage.get('do');
  const isForeach = stage.has('foreach');
  const inner = isForeach ? body : stage;
  const keys = isPlainMap(inner) ? [...inner.keys()] : [];
  const outer = isForeach ? [...stage.keys()].filter((key) => key !== 'foreach' && key !== 'do') : [];
  const [wrong] = [...outer, ...keys.filter((key) => !STAGE_KEYS.includes(key))];
  if (wrong !== undefined) {
    const near = nearest(
      wrong,
      STAGE_KEYS.filter((key) => !keys.includes(key)),
    );
    throw dvcError('DVC_INVALID', file, {
      message: `stage "${name}" has the unknown key "${wrong}"`,
      fix: near === undefined ? 'Remove it; DVC refuses it too.' : `Did you mean "${near}"?`,
    });
  }
  const flag = ['frozen', 'always_changed'].find(
    (key) => isPlainMap(inner) && !['boolean', 'undefined'].includes(typeof inner.get(key)),
  );
  if (flag === undefined) return;
  throw dvcError('DVC_INVALID', file, {
    message: `stage "${name}": ${flag} is not true or false`,
    fix: 'Write true or false.',
  });
}
