import { constants, copyFile, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { type NativeModuleName, nativeModuleVersion, packagesFor } from '../core/adapters/native/native-module.ts';
import table from '../core/adapters/native/native-modules.json' with { type: 'json' };
import { PROJECT_MODULES } from '../scripts/project-root.ts';

const PLATFORM = `${process.platform}-${process.arch}`;

/** The modules with native code. */
export const NATIVE_MODULES = ['onnxruntime-node', '@duckdb/node-api'] as const;

/** Path of a module for this machine in the loader's tool cache. */
export function nativeFolder(name: NativeModuleName, toolCache: string): string {
  return path.join(toolCache, 'tidegate', name.replace('/', '+'), nativeModuleVersion(name), PLATFORM);
}

/** Puts the native modules of this project into a tool cache, as a runner has them that ran a job before. */
export async function fillToolCache(toolCache: string): Promise<void> {
  for (const name of NATIVE_MODULES) {
    for (const entry of packagesFor(table[name].packages, PLATFORM)) {
      const from = path.join(PROJECT_MODULES, entry.name);
      const to = path.join(nativeFolder(name, toolCache), 'node_modules', entry.name);
      for (const file of await readdir(from, { recursive: true, withFileTypes: true })) {
        const inside = path.join(path.relative(from, file.parentPath), file.name);
        if (file.isFile() && isKept(inside)) await place(path.join(from, inside), path.join(to, inside));
      }
    }
  }
}

/** As the loader unpacks: no declarations, no sources, no build of another platform. */
function isKept(inside: string): boolean {
  const [, system, processor] = /^bin\/napi-v\d+\/([^/]+)\/([^/]+)\//.exec(inside) ?? [];
  const isOther = system !== undefined && `${system}-${processor}` !== PLATFORM;
  return !isOther && !/\.(d\.ts|map|md)$/.test(inside) && !/^(script|node_modules)\//.test(inside);
}

async function place(from: string, to: string): Promise<void> {
  await mkdir(path.dirname(to), { recursive: true });
  // No second name for the same bytes: a job may write into its tool cache.
  await copyFile(from, to, constants.COPYFILE_FICLONE);
}
