import { UserError } from '../../errors.ts';

/** Keys and list indexes from the root of a document. */
export type YamlPath = readonly (string | number)[];

const STEP = /\.?([A-Za-z0-9_$/-]+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]/y;

/**
 * Parses a path such as `a.b[0]["key.with/dots"]`.
 *
 * @throws {UserError} INPUT_INVALID where the text is not a path.
 * @example parseYamlPath('spec.containers[0]["a.b"]') // => ['spec', 'containers', 0, 'a.b']
 */
export function parseYamlPath(text: string): YamlPath {
  const path: (string | number)[] = [];
  let at = 0;
  while (at < text.length) {
    STEP.lastIndex = at;
    const match = STEP.exec(text);
    if (match === null || (match[0].startsWith('.') && at === 0)) break;
    const [, plain, index, quoted] = match;
    if (index !== undefined) path.push(Number(index));
    else path.push(plain ?? (quoted ?? '').replace(/\\(.)/g, '$1'));
    at = STEP.lastIndex;
  }
  if (at === text.length && path.length > 0) return path;
  throw new UserError('INPUT_INVALID', `${JSON.stringify(text)} is not a path (position ${at + 1})`, {
    fix: 'Write keys with dots, list indexes in brackets, and keys that contain dots as ["key.with/dots"].',
  });
}

/** The text of a path, for messages: what `parseYamlPath` parses back. */
export function formatYamlPath(path: YamlPath): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      if (/^[A-Za-z0-9_$/-]+$/.test(step)) return index === 0 ? step : `.${step}`;
      return `["${step.replace(/["\\]/g, '\\$&')}"]`;
    })
    .join('');
}
