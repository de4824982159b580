import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { hashFile } from '../core/adapters/dvc/hash-file.ts';
import { isThere } from '../core/adapters/files/absent.ts';
import { filesUnder } from '../core/adapters/files/file-artifact-hasher.ts';
import { formatDirectoryManifest, parseDirectoryManifest } from '../core/domain/data/directory-manifest.ts';
import { FOLDER_SUFFIX } from '../core/domain/data/tracked-output.ts';
import type { DataCache } from '../core/ports/data/data-cache.ts';
import { readText } from '../core/usecases/data/read-text.ts';
import type { ActionContext, Environment } from './action-context.ts';
import { handedOver, modelFolder } from './model-artifact.ts';

/** Path of a file of DVC's project in the repository, as GitHub's API takes it. */
export function lockInRepository({ env }: Pick<ActionContext, 'env'>, root: string, file: string): string {
  const folder = relative(resolve(env.GITHUB_WORKSPACE ?? root), resolve(root))
    .split(sep)
    .join('/');
  return folder === '' ? file : `${folder}/${file}`;
}

/** Folder of the objects that training made besides the artifact, each under its name. */
function objectsFolder(env: Environment, model: string): string {
  return join(modelFolder(env, model), 'objects');
}

/**
 * Copies objects from the cache next to the packed model: those of outputs other than the artifact, and the lists of folders.
 * What the cache does not have is left out: it is on the remote, or its push says that it is missing.
 *
 * @param names Objects of outputs.
 * @param artifact The object of the artifact: its files are packed already.
 */
export async function packObjects(
  { env }: Pick<ActionContext, 'env'>,
  model: string,
  {
    names,
    artifact,
    cache,
  }: { readonly names: readonly string[]; readonly artifact: string; readonly cache: DataCache },
): Promise<void> {
  const folder = objectsFolder(env, model);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const name of new Set(names)) {
    if (!(await cache.has(name))) continue;
    const members = name.endsWith(FOLDER_SUFFIX) && name !== artifact ? await membersOf(name, cache) : [];
    const own = name === artifact && !name.endsWith(FOLDER_SUFFIX) ? [] : [name];
    for (const object of [...own, ...members]) {
      if (!(await cache.has(object))) continue;
      const content = await cache.content(object);
      await pipeline(Readable.from(content.open()), createWriteStream(join(folder, object)));
    }
  }
}

async function membersOf(name: string, cache: DataCache): Promise<readonly string[]> {
  const text = await readText(await cache.content(name));
  return [...new Set(parseDirectoryManifest(text, name).map(({ md5 }) => md5))];
}

/** Bytes that the training job left. */
export interface LeftObjects {
  /** Name that the artifact has as an object. */
  readonly artifactName: string;
  /** Bytes by the name that they claim to have; undefined: none. */
  readonly left: (name: string) => AsyncIterable<Uint8Array> | undefined;
}

/** Finds the objects in the fetched artifact of the training job. */
export async function leftObjects(
  { env }: Pick<ActionContext, 'env'>,
  { name: model, artifact }: { readonly name: string; readonly artifact: string },
  cache: Pick<DataCache, 'addManifest'>,
): Promise<LeftObjects> {
  const location = handedOver(env, model, artifact);
  const isFolder = (await stat(location)).isDirectory();
  const found = new Map<string, string>();
  const entries: { path: string; md5: string }[] = [];
  for (const path of isFolder ? await filesUnder(location) : ['']) {
    const file = join(location, path);
    const { md5 } = await hashFile(file);
    found.set(md5, file);
    entries.push({ path, md5 });
  }
  const artifactName = isFolder ? await cache.addManifest(formatDirectoryManifest(entries)) : (entries[0]?.md5 ?? '');
  const folder = objectsFolder(env, model);
  return {
    artifactName,
    left: (name) => {
      const file = found.get(name) ?? join(folder, name);
      return isThere(file) ? createReadStream(file) : undefined;
    },
  };
}
