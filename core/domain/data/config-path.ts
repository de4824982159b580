import type { ConfigValue } from './dvc-config.ts';
import { dvcError } from './dvc-problem.ts';

/**
 * The absolute path that a value of DVC's config names: relative ones start from the folder of their file, and `~` is the
 * home folder.
 *
 * @param value Of a key that names a file or folder. Its folder is absolute.
 * @throws {UserError} DVC_UNSUPPORTED for `~` of another user, or where the home folder is not known.
 * @example resolveConfigPath({ value: '../remote', folder: '/work/.dvc', file: 'config', home: '/home/me' }) // => '/work/remote'
 */
export function resolveConfigPath({ value, folder, file, home }: ConfigValue): string {
  if (!value.startsWith('~')) return join(folder, value);
  const name = value.slice(1).split('/', 1)[0];
  if (name === '' && home !== undefined && home.startsWith('/')) return join(home, `.${value.slice(1)}`);
  throw dvcError('DVC_UNSUPPORTED', file, {
    message:
      name === ''
        ? `${JSON.stringify(value)} needs HOME, which is not set to an absolute path`
        : `${JSON.stringify(value)}: the home folder of another user is not supported yet`,
    fix: name === '' ? 'Set HOME for this step, or write the absolute path.' : 'Write the absolute path.',
  });
}

/** Joins without node: `..` is resolved by the file system's own rules for text. */
function join(folder: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${folder}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
