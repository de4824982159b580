import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { OciLayoutSource } from '../../core/adapters/oci/oci-layout-folder.ts';
import { RegistryRepository } from '../../core/adapters/oci/registry-repository.ts';
import { parseImageReference } from '../../core/domain/image/image-reference.ts';
import { UserError } from '../../core/errors.ts';
import type { ImageSource } from '../../core/ports/image-source.ts';
import type { Environment } from '../action-context.ts';

/** The base image: the folder of an OCI layout where there is one of that name, else a registry reference. */
export function openBase(base: string | undefined, folder: string, dockerConfig: unknown): ImageSource | undefined {
  if (base === undefined) return undefined;
  const layout = resolve(folder, base.replace(/^oci:/, ''));
  if (existsSync(join(layout, 'index.json'))) return new OciLayoutSource(layout);
  return new RegistryRepository(parseImageReference(base), dockerConfig);
}

/**
 * Docker's config.json, where logins are kept.
 *
 * @returns undefined where there is none.
 * @throws {UserError} INPUT_INVALID when it is not JSON.
 */
export async function readDockerConfig(env: Environment): Promise<unknown> {
  const file = join(env.DOCKER_CONFIG ?? join(env.HOME ?? '/', '.docker'), 'config.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // What was thrown quotes the file, which holds passwords: it is no cause to keep.
    throw new UserError('INPUT_INVALID', `${file} is not JSON`, { fix: 'Log in again, or remove the file.' });
  }
}
