import { createHash, randomUUID } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { createHttpFetch } from '../../../core/adapters/http/http-fetch.ts';
import type { RegistryAccess } from '../../../core/adapters/oci/registry-repository.ts';
import { type Descriptor, OCI } from '../../../core/domain/image/image-documents.ts';
import type { ImageRegistry } from '../../../core/ports/image/image-registry.ts';
import { findProgram } from '../../../scripts/system-programs.ts';
import { type Registry, startRegistry } from '../../../testkit/registry.ts';

const BINARY = findProgram('docker-registry');
export const ACCESS: RegistryAccess = { dockerConfig: {}, fetch: createHttpFetch({}) };

/** Runs `contract` with the name of a fresh repository of a real registry; skipped where there is no docker-registry. */
export function withRegistry(contract: (repository: () => string) => void): void {
  describe.skipIf(BINARY === undefined)('with a real registry (needs docker-registry)', () => {
    let registry: Registry | undefined;
    let directory = '';
    beforeAll(async () => {
      directory = await mkdtemp(path.join(tmpdir(), 'tidegate-registry-'));
      registry = await startRegistry({ directory, binary: BINARY ?? '' });
    });
    afterAll(async () => {
      await registry?.stop();
      if (directory !== '') await rm(directory, { recursive: true, force: true });
    });
    contract(() => `${registry?.host}/contract/${randomUUID()}`);
  });
}

/** An image of one layer. */
export interface SampleImage {
  readonly layer: Descriptor;
  readonly config: Descriptor;
  readonly manifest: Descriptor;
  readonly manifestText: string;
}

/** Writes the blobs of an image into a folder, each in a file by its digest. */
export async function sampleImage(folder: string, content = 'layer'): Promise<SampleImage> {
  const blob = async (mediaType: string, text: string): Promise<Descriptor> => {
    const descriptor = descriptorOf(mediaType, text);
    await writeFile(path.join(folder, descriptor.digest), text);
    return descriptor;
  };
  const layer = await blob(OCI.layer, content);
  const config = await blob(OCI.config, JSON.stringify({ of: content }));
  const manifestText = JSON.stringify({ schemaVersion: 2, mediaType: OCI.manifest, config, layers: [layer] });
  return { layer, config, manifest: descriptorOf(OCI.manifest, manifestText), manifestText };
}

/** Opens a blob that is in a folder. */
export function openIn(folder: string, { digest }: Descriptor): () => Promise<Blob> {
  return () => openAsBlob(path.join(folder, digest));
}

/** Pushes all of an image under a tag. */
export async function pushAll(registry: ImageRegistry, folder: string, image: SampleImage, tag: string): Promise<void> {
  for (const blob of [image.layer, image.config]) await registry.pushBlob(blob, openIn(folder, blob));
  await registry.pushManifest(tag, image.manifest, image.manifestText);
}

function descriptorOf(mediaType: string, text: string): Descriptor {
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  return { mediaType, digest, size: Buffer.byteLength(text) };
}
