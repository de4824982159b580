import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../errors.ts';
import { unlessAbsent } from '../files/absent.ts';
import { tensorLocations } from './tensor-locations.ts';

/** A model file and the artifact whose digest has to cover what the model consists of. */
export interface ModelOfArtifact {
  /** Absolute path of the model. */
  readonly file: string;
  /** Absolute path of the artifact: the model itself, or a folder that it is in. */
  readonly artifact: string;
}

/**
 * Checks that all tensors of an ONNX model are in files of its artifact, which the artifact's digest covers. Nothing but
 * the model is read.
 *
 * @returns The bytes of the other files that it needs; 0 for a model that is one file.
 * @throws {UserError} MODEL_INVALID for tensors outside of the artifact.
 * @throws {RangeError} For bytes that are not an ONNX model.
 */
export async function weightsInArtifact({ file, artifact }: ModelOfArtifact): Promise<number> {
  const locations = await tensorLocations(file);
  if (locations.length === 0) return 0;
  const name = path.basename(file);
  if ((await stat(artifact)).isFile()) throw outsideOfFile(name, locations);
  const root = await realpath(artifact);
  let bytes = 0;
  for (const location of locations) {
    const found = await fileIn(root, { folder: path.dirname(file), location });
    if (found === undefined) throw outsideOfFolder(name, location);
    bytes += found;
  }
  return bytes;
}

/** The size of a file below the root, links resolved; undefined for anything else. */
async function fileIn(root: string, at: { readonly folder: string; readonly location: string }) {
  const parts = at.location.split('/');
  const isOrdinary = at.location !== '' && !path.isAbsolute(at.location) && !parts.includes('..');
  if (!isOrdinary || at.location.includes('\0')) return undefined;
  const real = await realpath(path.join(at.folder, at.location)).catch(unlessAbsent);
  if (real === undefined || !real.startsWith(`${root}${path.sep}`)) return undefined;
  const found = await stat(real);
  return found.isFile() ? found.size : undefined;
}

function outsideOfFile(name: string, locations: readonly string[]): UserError {
  const shown = quoted(locations[0] ?? '');
  const more = locations.length > 1 ? ` and ${locations.length - 1} more` : '';
  const message = `${name} keeps weights in ${shown}${more}, but the artifact is only ${name}`;
  return new UserError('MODEL_INVALID', message, {
    fix: `Set artifact in tidegate.yaml to the folder that contains ${name} and the files with its weights, and no other files.`,
  });
}

function outsideOfFolder(name: string, location: string): UserError {
  const message = `${name} keeps weights in ${quoted(location)}, which is not a file of the artifact`;
  return new UserError('MODEL_INVALID', message, {
    fix: `Export the model again with its weights in the same folder as ${name}, and copy these files together.`,
  });
}

function quoted(location: string): string {
  return JSON.stringify(location.length > 200 ? `${location.slice(0, 200)}…` : location);
}
