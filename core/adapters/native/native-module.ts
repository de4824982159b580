import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openActionsCache } from '../actions/actions-folder-cache.ts';
import { withoutTokens } from '../commands/team-environment.ts';
import { unlessAbsent } from '../files/absent.ts';
import { installPackages, type NativePackage, packWithNpm, unsupportedPlatform } from './native-install.ts';
import table from './native-modules.json' with { type: 'json' };
import trees from './native-trees.json' with { type: 'json' };

/** Modules with native code: never bundled, never installed by npm at run time. */
interface NativeModules {
  readonly 'onnxruntime-node': typeof import('onnxruntime-node');
  readonly '@duckdb/node-api': typeof import('@duckdb/node-api');
}

/** The name of a module with native code. */
export type NativeModuleName = keyof NativeModules;

/** Sources of a native module. */
export interface NativeModuleOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the project's own node_modules (development). Undefined, as in a bundle: none is looked into. */
  readonly nodeModules?: string | undefined;
  /** Told when something is fetched. */
  readonly log?: (line: string) => void;
}

/** The version of a native module that this release works with, from the lock file. */
export function nativeModuleVersion(name: NativeModuleName): string {
  return table[name].version;
}

/**
 * Loads a native module: from the given node_modules where it holds the same version (development), else from the
 * runner's tool cache, else fetched by npm's own client, checked against the lock file's integrity, and trimmed to this
 * platform. All files of the tool cache are hashed on each call, before one of them runs. Safe when several processes do
 * it at once.
 *
 * @throws {ServiceError} PACKAGE_UNAVAILABLE where it cannot be fetched; PACKAGE_CORRUPT where its bytes are not those
 *   of this release.
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
  return (await installedMain(name, options.nodeModules)) ?? (await cachedMain(name, options));
}

/** The module's file in a node_modules folder, if it is of the wanted version. */
async function installedMain(name: NativeModuleName, nodeModules: string | undefined): Promise<string | undefined> {
  if (nodeModules === undefined) return undefined;
  const text = await readFile(join(nodeModules, name, 'package.json'), 'utf8').catch(unlessAbsent);
  if (text === undefined) return undefined;
  const manifest: unknown = JSON.parse(text);
  const hasVersion = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return hasVersion && manifest.version === nativeModuleVersion(name) ? mainIn(nodeModules, name) : undefined;
}

/** The folder exists: nothing above it is searched. */
function mainIn(nodeModules: string, name: NativeModuleName): string {
  return createRequire(join(nodeModules, name, 'package.json')).resolve(join(nodeModules, name));
}

async function cachedMain(name: NativeModuleName, { env, log }: NativeModuleOptions): Promise<string> {
  const { version, packages } = table[name];
  const platform = platformName();
  const label = `${name} ${version}`;
  const tree = knownTree(name, platform);
  if (tree === undefined) throw unsupportedPlatform(label, platform);
  const tell = log ?? (() => {});
  const tools = env.RUNNER_TOOL_CACHE || join(tmpdir(), 'tidegate-tools');
  const folder = join(tools, 'tidegate', name.replace('/', '+'), version, platform);
  await installPackages(
    { folder, label, platform, packages: packagesFor(packages, platform), tree },
    { pack: packWithNpm(withoutTokens(env)), log: tell, cache: openActionsCache(env, tell) },
  );
  return mainIn(join(folder, 'node_modules'), name);
}

/** The digest of the finished folder, where this release supports the platform. */
function knownTree(name: NativeModuleName, platform: string): string | undefined {
  const known: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>> = trees;
  return known[name]?.[table[name].version]?.[platform];
}

/** The packages of a module that a platform needs. */
export function packagesFor(packages: readonly NativePackage[], platform: string): readonly NativePackage[] {
  return packages.filter((entry) => entry.platform === undefined || entry.platform === platform);
}

/** `linux-x64`, `darwin-arm64`; with `-musl` where the C library is musl. */
function platformName(): string {
  return `${process.platform}-${process.arch}${isMusl() ? '-musl' : ''}`;
}

/** C library of this process: that of musl may be on a system with glibc too. */
function isMusl(): boolean {
  return process.platform === 'linux' && readFileSync('/proc/self/maps', 'utf8').includes('/ld-musl-');
}
