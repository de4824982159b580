import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ServiceError, UserError } from '../../errors.ts';
import type { FolderCache } from '../actions/actions-folder-cache.ts';
import { isAbsence, unlessAbsent } from '../files/absent.ts';
import { extractPackage } from '../files/extract-package.ts';
import { MOST_TREE_BYTES, MOST_TREE_FILES, treeDigest } from '../files/tree-digest.ts';

/** A package of the lock file. */
export interface NativePackage {
  readonly name: string;
  readonly version: string;
  /** Subresource integrity of its tarball: `sha512-<base64>`. */
  readonly integrity: string;
  /** Present where the package holds the build of one platform. */
  readonly platform?: string;
}

/** Package to install, and its folder. */
export interface Installation {
  /** Final folder; it is renamed into place when it is complete. */
  readonly folder: string;
  readonly label: string;
  /** `linux-x64` and the like. */
  readonly platform: string;
  readonly packages: readonly NativePackage[];
  /** Digest of the finished folder (`treeDigest`), as this release knows it. A folder with another one is never used. */
  readonly tree: string;
}

/** Dependencies of an installation. */
export interface InstallTools {
  /** Writes the tarball of a package into a folder and answers its path. */
  readonly pack: (entry: NativePackage, folder: string) => Promise<string>;
  readonly log: (line: string) => void;
  /** Path of the trimmed folder between runs. */
  readonly cache?: FolderCache | undefined;
}

/** Left-overs of killed processes older than this are removed. */
const STALE_MS = 3_600_000;

/**
 * Makes a folder that holds exactly the files of these packages: every file that is there is hashed on every call, and
 * a folder with a file that is different, missing or extra is replaced. Everything happens in a temporary folder next to
 * it, which is renamed at the end: what was killed half-way is never used, and of two at once the loser uses what the
 * winner made.
 *
 * @throws {ServiceError} PACKAGE_UNAVAILABLE; PACKAGE_CORRUPT for bytes that are not those of this release.
 * @throws {UserError} PLATFORM_UNSUPPORTED.
 */
export async function installPackages(installation: Installation, tools: InstallTools): Promise<void> {
  const { folder, label, tree } = installation;
  if ((await treeDigest(folder)) === tree) return;
  await mkdir(dirname(folder), { recursive: true });
  await removeStale(dirname(folder));
  if (await takeAway(installation)) {
    tools.log(`The files of ${label} on this runner are not those of this release: they are downloaded again`);
  }
  if (await restoreFromCache(installation, tools)) return;
  const temporary = temporaryFor(folder);
  const started = performance.now();
  tools.log(`Fetching ${label} for ${installation.platform}: only once on this runner`);
  try {
    await fill(temporary, installation, tools);
    if ((await treeDigest(temporary)) !== tree) throw corrupt(label);
    await keepInCache(temporary, installation, tools);
    await moveIntoPlace(temporary, installation);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  tools.log(`Fetched ${label} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

function temporaryFor(folder: string): string {
  return `${folder}.tmp-${randomUUID()}`;
}

/** Renamed first, so that no process meets a folder that is half removed. False where there was nothing. */
async function takeAway({ folder, label }: Installation): Promise<boolean> {
  const away = temporaryFor(folder);
  try {
    await rename(folder, away);
  } catch (cause) {
    if (isAbsence(cause)) return false;
    throw corrupt(label, { fix: `Remove ${folder} from this runner: this job does not have the permission.`, cause });
  }
  await rm(away, { recursive: true, force: true });
  return true;
}

async function restoreFromCache(installation: Installation, { cache, log }: InstallTools): Promise<boolean> {
  const { label, tree } = installation;
  if (cache === undefined) return false;
  const cached = temporaryFor(installation.folder);
  const limits = { isWanted: () => true, mostBytes: MOST_TREE_BYTES, mostFiles: MOST_TREE_FILES };
  try {
    if ((await cache.restore(cached, { key: cacheKey(tree) }, limits)) === undefined) return false;
    if ((await treeDigest(cached)) !== tree) {
      log(`The copy of ${label} in the Actions cache does not have the files of this release: it is downloaded again`);
      return false;
    }
    await moveIntoPlace(cached, installation);
    log(`Took ${label} from the Actions cache`);
    return true;
  } finally {
    await rm(cached, { recursive: true, force: true });
  }
}

async function keepInCache(filled: string, installation: Installation, { cache }: InstallTools): Promise<void> {
  if (cache === undefined) return;
  const paths = await readdir(filled, { recursive: true });
  await cache.save(filled, cacheKey(installation.tree), paths);
}

function cacheKey(tree: string): string {
  return `tidegate-native-v1-${tree.replace('sha256:', '')}`;
}

/** Fetches the packages and unpacks what this platform needs. */
export async function fill(
  temporary: string,
  { packages, platform, label }: Pick<Installation, 'packages' | 'platform' | 'label'>,
  tools: Pick<InstallTools, 'pack'>,
): Promise<void> {
  const tarballs = join(temporary, 'tarballs');
  await mkdir(tarballs, { recursive: true });
  const files: string[] = [];
  for (const entry of packages) {
    const tarball = await tools.pack(entry, tarballs);
    await checkIntegrity(tarball, entry);
    const target = join('node_modules', ...entry.name.split('/'));
    const extracted = await extractPackage(tarball, join(temporary, target), (path) => isWanted(path, platform));
    files.push(...extracted);
  }
  if (!files.some((path) => path.endsWith('.node'))) {
    throw unsupportedPlatform(label, platform);
  }
  await rm(tarballs, { recursive: true });
}

/** Says which platform is not supported, and which are. */
export function unsupportedPlatform(label: string, platform: string): UserError {
  return new UserError('PLATFORM_UNSUPPORTED', `${label} has no build for ${platform} in this release`, {
    fix: 'Run this job on a runner with Linux (x64 or arm64, glibc) or macOS (arm64).',
  });
}

/** Type declarations, sources and the builds of other platforms stay behind. */
function isWanted(path: string, platform: string): boolean {
  if (/\.(d\.ts|map|md)$/.test(path) || path.startsWith('script/')) return false;
  const native = /^bin\/napi-v\d+\/([^/]+)\/([^/]+)\//.exec(path);
  return native === null || `${native[1]}-${native[2]}` === platform;
}

async function checkIntegrity(tarball: string, { name, version, integrity }: NativePackage): Promise<void> {
  const hash = createHash('sha512');
  for await (const chunk of createReadStream(tarball, { highWaterMark: 1 << 20 })) hash.update(chunk);
  const found = `sha512-${hash.digest('base64')}`;
  if (found === integrity) return;
  throw new ServiceError('PACKAGE_CORRUPT', `${name}@${version} is not what this release was built with: ${found}`, {
    retryable: false,
    fix: 'Check the registry that npm is set to on this runner: it serves other bytes under this version.',
  });
}

async function moveIntoPlace(temporary: string, { folder, label, tree }: Installation): Promise<void> {
  try {
    await rename(temporary, folder);
  } catch (error) {
    // Another process was first; renaming onto a full folder fails on every system.
    const found = await treeDigest(folder);
    if (found === undefined) throw error;
    if (found !== tree) throw corrupt(label);
  }
}

function corrupt(label: string, options: { readonly fix?: string; readonly cause?: unknown } = {}): ServiceError {
  return new ServiceError('PACKAGE_CORRUPT', `the files of ${label} are not those of this release`, {
    retryable: false,
    fix: 'Use a runner on which no other process writes to the tool cache (RUNNER_TOOL_CACHE).',
    ...options,
  });
}

async function removeStale(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.includes('.tmp-')) continue;
    const made = await stat(join(parent, name)).catch(unlessAbsent);
    if (made !== undefined && Date.now() - made.mtimeMs > STALE_MS)
      await rm(join(parent, name), { recursive: true, force: true });
  }
}

/**
 * Fetches with npm's own client from whatever registry it is set to. No script of a package runs.
 *
 * @param env The environment for npm.
 */
export function packWithNpm(env: Readonly<Record<string, string | undefined>>): InstallTools['pack'] {
  return async ({ name, version }, folder) => {
    const args = ['pack', `${name}@${version}`, '--ignore-scripts', '--silent', '--pack-destination', folder];
    try {
      // npm reads the .npmrc of the nearest folder above that holds a package.json: this one, not one of the tool cache.
      await writeFile(join(folder, 'package.json'), '{}');
      const { stdout } = await promisify(execFile)('npm', args, { cwd: folder, env: { ...env }, maxBuffer: 1 << 20 });
      return join(folder, stdout.trim().split('\n').at(-1) ?? '');
    } catch (cause) {
      throw new ServiceError('PACKAGE_UNAVAILABLE', `npm could not fetch ${name}@${version}`, {
        retryable: true,
        fix: 'Check that npm is on the PATH of this runner and reaches its registry (npm config get registry).',
        cause,
      });
    }
  };
}
