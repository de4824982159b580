import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { HashedArtifact } from '../../domain/model/artifact-digest.ts';
import type { ArtifactHasher } from '../../ports/evaluate/artifact-hasher.ts';
import { unlessAbsent } from '../files/absent.ts';
import { FileArtifactHasher, filesUnder } from '../files/file-artifact-hasher.ts';
import { weightsInArtifact } from './weights-in-artifact.ts';

/**
 * Hashes artifacts, and refuses those whose digest would leave out weights of an ONNX model (`*.onnx`) in them. What is
 * named so and is not an ONNX model is hashed as any file: only who opens it can say what is wrong with it.
 */
export class OnnxArtifactHasher implements ArtifactHasher {
  readonly #files = new FileArtifactHasher();

  /** @throws {UserError} MODEL_INVALID for weights outside of the artifact. */
  async hash(location: string): Promise<HashedArtifact> {
    for (const file of await modelsIn(location)) {
      await weightsInArtifact({ file, artifact: location }).catch((error: unknown) => {
        if (!(error instanceof RangeError)) throw error;
      });
    }
    return this.#files.hash(location);
  }

  hashText(text: string): string {
    return this.#files.hashText(text);
  }

  hashChunks(chunks: AsyncIterable<Uint8Array>): Promise<string> {
    return this.#files.hashChunks(chunks);
  }
}

async function modelsIn(location: string): Promise<readonly string[]> {
  const isModel = (name: string) => name.toLowerCase().endsWith('.onnx');
  const found = await stat(location).catch(unlessAbsent);
  if (found?.isDirectory() !== true) return found !== undefined && isModel(location) ? [location] : [];
  return (await filesUnder(location)).filter(isModel).map((name) => path.join(location, name));
}
