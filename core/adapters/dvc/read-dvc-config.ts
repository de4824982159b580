import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { resolveConfigPath } from '../../domain/data/config-path.ts';
import { type ConfigSections, mergeDvcConfigs, parseDvcConfig } from '../../domain/data/dvc-config.ts';
import { errorCode } from '../files/error-code.ts';
import type { LinkType } from './place-object.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The config of a repository: system, global, repository and local files, the last one first in rank. */
export async function readDvcConfig({ root, env }: { root: string; env: Env }): Promise<ConfigSections> {
  const dvc = path.join(root, '.dvc');
  const files = [...machineFiles(env), path.join(dvc, 'config'), path.join(dvc, 'config.local')];
  return mergeDvcConfigs(await Promise.all(files.map((file) => readLevel(file, root, env.HOME))));
}

/**
 * The config of another repository on this machine: system and global files, and the text of its own one.
 *
 * @param of Where it is from: its name in messages, and the folder that its paths are relative to.
 */
export async function readImportedConfig(
  text: string,
  of: { readonly file: string; readonly folder: string },
  env: Env,
): Promise<ConfigSections> {
  const machine = await Promise.all(machineFiles(env).map((file) => readLevel(file, of.folder, env.HOME)));
  return mergeDvcConfigs([...machine, parseDvcConfig(text, { ...of, home: env.HOME })]);
}

/** The files of the system and of the user. */
function machineFiles(env: Env): readonly string[] {
  const home = env.HOME ?? '/';
  const system = env.DVC_SYSTEM_CONFIG_DIR ?? path.join((env.XDG_CONFIG_DIRS ?? '/etc/xdg').split(':')[0] ?? '', 'dvc');
  const user = env.DVC_GLOBAL_CONFIG_DIR ?? path.join(env.XDG_CONFIG_HOME ?? path.join(home, '.config'), 'dvc');
  return [path.join(system, 'config'), path.join(user, 'config')];
}

/** Folder of the cache, and the link type of its objects in the workspace. */
export function readCacheSettings(
  config: ConfigSections,
  root: string,
): { folder: string; linkTypes: readonly LinkType[] } {
  const dir = config.get('cache')?.get('dir');
  const types = (config.get('cache')?.get('type')?.value ?? '').split(',').map((type) => type.trim());
  const linkTypes = types.filter((type): type is LinkType => ['reflink', 'copy', 'hardlink', 'symlink'].includes(type));
  return {
    folder: dir === undefined ? path.join(root, '.dvc', 'cache') : resolveConfigPath(dir),
    linkTypes: linkTypes.length === 0 ? ['reflink', 'copy'] : linkTypes,
  };
}

async function readLevel(file: string, root: string, home: string | undefined): Promise<ConfigSections> {
  try {
    const name = file.startsWith(`${root}/`) ? file.slice(root.length + 1) : file;
    return parseDvcConfig(await readFile(file, 'utf8'), { file: name, folder: path.dirname(file), home });
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return new Map();
    throw error;
  }
}
