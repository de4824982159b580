import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ServiceError, UserError } from '../../errors.ts';
import type { FolderCache } from './actions-folder-cache.ts';
import { extractPackage } from './extract-package.ts';
import { treeDigest } from './tree-digest.ts';

/** A package of the lock file. */
export interface NativePackage {
  readonly name: string;
  readonly version: string;
  /** Subresource integrity of its tarball: `sha512-<base64>`. */
  readonly integrity: string;
  /** Present where the package holds the build of one platform. */
  readonly platform?: string;
}

/** What to install, and where. */
export interface Installation {
  /** Final folder; exists only when it is complete. */
  readonly folder: string;
  readonly label: string;
  /** `linux-x64` and the like. */
  readonly platform: string;
  readonly packages: readonly NativePackage[];
  /** Of the finished folder, as this release knows it. Without it nothing is taken from a cache. */
  readonly tree?: string;
}

/** What an installation needs from outside. */
export interface InstallTools {
  /** Writes the tarball of a package into a folder and answers its path. */
  readonly pack: (entry: NativePackage, folder: string) => Promise<string>;
  readonly log: (line: string) => void;
  /** Where the trimmed folder is kept between runs. */
  readonly cache?: FolderCache | undefined;
}

const MARKER = 'tidegate-complete.json';
/** Left-overs of killed processes older than this are removed. */
const STALE_MS = 3_600_000;

/**
 * Installs packages into a folder, unless they are there. Everything happens in a temporary folder beside it, which is
 * renamed at the end: what was killed half-way is never used, and of two at once the loser uses what the winner made.
 *
 * @throws {ServiceError} PACKAGE_UNAVAILABLE, PACKAGE_CORRUPT.
 * @throws {UserError} PLATFORM_UNSUPPORTED.
 */
export async function installPackages(installation: Installation, tools: InstallTools): Promise<void> {
  const { folder, label } = installation;
  if (await isComplete(folder)) return;
  await mkdir(dirname(folder), { recursive: true });
  await removeStale(dirname(folder));
  if (await restoreFromCache(installation, tools)) return;
  const temporary = `${folder}.tmp-${randomUUID()}`;
  const started = performance.now();
  tools.log(`Fetching ${label} for ${installation.platform}: done once on this runner`);
  try {
    await fill(temporary, installation, tools);
    await keepInCache(temporary, installation, tools);
    await writeMarker(temporary);
    await moveIntoPlace(temporary, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  tools.log(`Fetched ${label} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

/** The cache knows folders by their paths: this one is the same in every run. */
function cachedFolder({ folder }: Installation): string {
  return `${folder}.cached`;
}

async function restoreFromCache(installation: Installation, { cache, log }: InstallTools): Promise<boolean> {
  const { folder, label, tree } = installation;
  if (cache === undefined || tree === undefined) return false;
  const cached = cachedFolder(installation);
  await rm(cached, { recursive: true, force: true });
  try {
    if (!(await cache.restore(cached, cacheKey(tree)))) return false;
    if ((await treeDigest(cached)) !== tree) {
      log(`What the Actions cache kept of ${label} is not what this release works with: it is fetched anew`);
      return false;
    }
    await writeMarker(cached);
    await moveIntoPlace(cached, folder);
    log(`Took ${label} from the Actions cache`);
    return true;
  } finally {
    await rm(cached, { recursive: true, force: true });
  }
}

async function keepInCache(filled: string, installation: Installation, { cache, log }: InstallTools): Promise<void> {
  const { tree, label } = installation;
  if (cache === undefined || tree === undefined) return;
  if ((await treeDigest(filled)) !== tree) {
    log(`${label} is not kept in the Actions cache: its files are not those that this release knows`);
    return;
  }
  const cached = cachedFolder(installation);
  await cp(filled, cached, { recursive: true });
  await cache.save(cached, cacheKey(tree));
  await rm(cached, { recursive: true, force: true });
}

function cacheKey(tree: string): string {
  return `tidegate-native-v1-${tree.replace('sha256:', '')}`;
}

/** What makes a folder whole: it is written last. */
async function writeMarker(folder: string): Promise<void> {
  await writeFile(join(folder, MARKER), '{}');
}

/** Fetches the packages and unpacks what this platform needs. */
export async function fill(
  temporary: string,
  { packages, platform, label }: Installation,
  tools: InstallTools,
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
    throw new UserError('PLATFORM_UNSUPPORTED', `${label} has no build for ${platform}`, {
      fix: 'Run this job on a runner with Linux x64 or arm64, macOS arm64 or Windows x64.',
    });
  }
  await rm(tarballs, { recursive: true });
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

async function moveIntoPlace(temporary: string, folder: string): Promise<void> {
  try {
    await rename(temporary, folder);
  } catch (error) {
    // Another process was first; renaming onto a full folder fails on every system.
    if (!(await isComplete(folder))) throw error;
  }
}

async function isComplete(folder: string): Promise<boolean> {
  const marker = await readFile(join(folder, MARKER), 'utf8').catch(() => undefined);
  return marker !== undefined;
}

async function removeStale(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.includes('.tmp-')) continue;
    const made = await stat(join(parent, name)).catch(() => undefined);
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
    const isWindows = process.platform === 'win32';
    try {
      const options = { cwd: folder, env: { ...env }, shell: isWindows, maxBuffer: 1 << 20 };
      const { stdout } = await promisify(execFile)(isWindows ? 'npm.cmd' : 'npm', args, options);
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
