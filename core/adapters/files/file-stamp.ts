import { stat } from 'node:fs/promises';
import { unlessAbsent } from './absent.ts';

/**
 * Facts by which a file that was written again differs from before, whatever its content; undefined where there is none.
 *
 * @param file Absolute path.
 */
export async function fileStamp(file: string): Promise<string | undefined> {
  const found = await stat(file, { bigint: true }).catch(unlessAbsent);
  return found === undefined ? undefined : `${found.size} ${found.mtimeNs} ${found.ctimeNs} ${found.ino}`;
}
