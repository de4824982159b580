import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openActionsCache } from './actions-folder-cache.ts';
import { installPackages, type NativePackage, packWithNpm } from './native-install.ts';
import table from './native-modules.json' with { type: 'json' };
import trees from './native-trees.json' with { type: 'json' };

/** Modules with native code: never bundled, never installed by npm at run time. */
interface NativeModules {
  readonly 'onnxruntime-node': typeof import('onnxruntime-node');
  readonly '@duckdb/node-api': typeof import('@duckdb/node-api');
}

/** The name of a module with native code. */
export type NativeModuleName = keyof NativeModules;

/** Where a native module may come from. */
export interface NativeModuleOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Told when something is fetched. */
  readonly log?: (line: string) => void;
}

/** The version of a native module that this release works with, from the lock file. */
export function nativeModuleVersion(name: NativeModuleName): string {
  return table[name].version;
}

/**
 * Loads a native module: from node_modules where the same version is installed (development, bot), else from the
 * runner's tool cache, else fetched once by npm's own client, checked against the lock file's integrity, and trimmed
 * to this platform. Safe when several processes do it at once.
 *
 * @throws {ServiceError} PACKAGE_UNAVAILABLE where it cannot be fetched; PACKAGE_CORRUPT where its bytes are not those
 *   of the lock file.
 * @throws {UserError} PLATFORM_UNSUPPORTED where there is no build for this machine.
 */
export async function loadNativeModule<Name extends NativeModuleName>(
  name: Name,
  options: NativeModuleOptions,
): Promise<NativeModules[Name]> {
  const main = await nativeModuleMain(name, options);
  const load = createRequire(main);
  // The module at this path is the one of the type: name and version were compared.
  return load(main) as NativeModules[Name];
}

/** The file of a native module, for a thread that loads it by itself. Fetched and thrown as by {@link loadNativeModule}. */
export async function nativeModuleMain(name: NativeModuleName, options: NativeModuleOptions): Promise<string> {
  return installedMain(name) ?? (await cachedMain(name, options));
}

/** The module's file in a node_modules above the running script, if it is of the wanted version. */
function installedMain(name: NativeModuleName): string | undefined {
  const script = process.argv[1];
  if (script === undefined) return undefined;
  const require = createRequire(script);
  try {
    const manifest: unknown = require(`${name}/package.json`);
    const hasVersion = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
    return hasVersion && manifest.version === nativeModuleVersion(name) ? require.resolve(name) : undefined;
  } catch {
    // Not installed, or it does not export its manifest: the tool cache has it, or will.
    return undefined;
  }
}

async function cachedMain(name: NativeModuleName, { env, log }: NativeModuleOptions): Promise<string> {
  const { version, packages } = table[name];
  const platform = platformName();
  const tell = log ?? (() => {});
  const cache = env.RUNNER_TOOL_CACHE ?? join(tmpdir(), 'tidegate-tools');
  const folder = join(cache, 'tidegate', name.replace('/', '+'), version, platform);
  await installPackages(
    {
      folder,
      label: `${name} ${version}`,
      platform,
      packages: packagesFor(packages, platform),
      ...knownTree(name, platform),
    },
    { pack: packWithNpm(env), log: tell, cache: openActionsCache(env, tell) },
  );
  return createRequire(join(folder, 'index.js')).resolve(name);
}

/** The digest of the finished folder, where this release was made with it. */
function knownTree(name: NativeModuleName, platform: string): { readonly tree?: string } {
  const known: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>> = trees;
  const tree = known[name]?.[table[name].version]?.[platform];
  return tree === undefined ? {} : { tree };
}

/** The packages of a module that a platform needs. */
export function packagesFor(packages: readonly NativePackage[], platform: string): readonly NativePackage[] {
  return packages.filter((entry) => entry.platform === undefined || entry.platform === platform);
}

/** `linux-x64`, `darwin-arm64`; with `-musl` where the C library is musl. */
function platformName(): string {
  const isMusl = process.platform === 'linux' && existsSync(`/lib/ld-musl-${muslArch()}.so.1`);
  return `${process.platform}-${process.arch}${isMusl ? '-musl' : ''}`;
}

function muslArch(): string {
  return process.arch === 'arm64' ? 'aarch64' : 'x86_64';
}
