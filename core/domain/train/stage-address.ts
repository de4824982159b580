import { folderOf, inFolder, pathFrom, pathWithin } from '../data/repository-path.ts';

const PIPELINE = 'dvc.yaml';

/**
 * The address of the stage that DVC means by a name in a folder: `train` is of the folder's own dvc.yaml, and
 * `../dvc.yaml:train` of the one above.
 *
 * @param folder Relative to the root; `''` is the root.
 * @returns As `Stage.address`; undefined where the name cannot be one of a stage.
 * @example stageAddress('models/eta', 'train') // => 'models/eta/dvc.yaml:train'
 */
export function stageAddress(folder: string, target: string): string | undefined {
  const [, path = '', name = ''] = /^(?:(.*):)?([^/:\\]+)$/s.exec(target) ?? [];
  const file = pathWithin(folder, path === '' ? PIPELINE : path);
  if (name === '' || file === undefined || file.slice(folderOf(file).length).replace('/', '') !== PIPELINE)
    return undefined;
  return addressOf(file, name);
}

/** The address of a stage: `train` for the dvc.yaml at the root, else `sub/dvc.yaml:train`. */
export function addressOf(file: string, name: string): string {
  return file === PIPELINE ? name : `${file}:${name}`;
}

/**
 * The name by which DVC knows a stage in a folder: the inverse of `stageAddress`.
 *
 * @example stageNameFrom('models/eta', 'prep') // => '../../dvc.yaml:prep'
 */
export function stageNameFrom(folder: string, address: string): string {
  const [, above = '', name = address] = /^(.+)\/dvc\.yaml:(.+)$/s.exec(address) ?? [];
  return addressOf(pathFrom(folder, inFolder(above, PIPELINE)), name);
}

/** True if a stage is the one of an address, or was made of it by `foreach` or `matrix` (`train@cnn` of `train`). */
export function isOfGroup(address: string, group: string): boolean {
  return address === group || address.startsWith(`${group}@`);
}
