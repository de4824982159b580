import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileArtifactHasher } from '../../../../core/adapters/files/file-artifact-hasher.ts';
import { replaceByArtifact } from '../../../../core/adapters/files/replace-by-artifact.ts';
import { artifactFolder, documentKey } from '../../../../core/domain/registry/store-layout.ts';
import { formatReport } from '../../../../core/reports/read-report.ts';
import { fetchArtifact } from '../../../../core/usecases/registry/fetch-artifact.ts';
import { ObjectArtifacts } from '../../../../core/usecases/registry/object-artifacts.ts';
import { VersionStore } from '../../../../core/usecases/registry/version-store.ts';
import { InMemoryObjectStore } from '../../../../testkit/fakes/in-memory-object-store.ts';
import { SAMPLE_REPORTS } from '../../reports/sample-reports.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'tidegate-version-store-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const { run: sampleRun } = SAMPLE_REPORTS;
const hasher = new FileArtifactHasher();
const storeOf = (objects: InMemoryObjectStore) => ({ objects, artifacts: new ObjectArtifacts(objects, hasher) });

// What is not permitted is another thing than what was changed: the first is a fork's pull request, the second an attack.
describe('bytes in the store that are not those of their digest', () => {
  it('are said to be that, of a document', async () => {
    const objects = new InMemoryObjectStore();
    const store = new VersionStore(storeOf(objects), hasher);
    const text = formatReport('run', sampleRun);
    const digest = hasher.hashText(text);
    objects.objects.set(documentKey(digest), Buffer.from(text));
    expect(await store.readDocument('run', digest)).toMatchObject({ inputsDigest: sampleRun.inputsDigest });
    objects.objects.set(documentKey(digest), Buffer.from(text.replace('"', ' "')));
    await expect(store.readDocument('run', digest)).rejects.toMatchObject({ code: 'STORE_CORRUPT', retryable: false });
  });

  it('are said to be that, of an artifact that is registered again or restored', async () => {
    const objects = new InMemoryObjectStore();
    const file = path.join(root, 'model.onnx');
    await writeFile(file, 'bytes');
    const artifact = await hasher.hash(file);
    const open = async function* () {
      yield Buffer.from('bytes');
    };
    const store = new VersionStore(storeOf(objects), hasher, open);
    await store.putArtifact(artifact);
    await store.putArtifact(artifact);
    const ports = { ...storeOf(objects), replace: replaceByArtifact };
    await fetchArtifact({ digest: artifact.digest }, path.join(root, 'restored'), ports);
    objects.objects.set(`${artifactFolder(artifact.digest)}/model.onnx`, Buffer.from('other'));
    await expect(store.putArtifact(artifact)).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    const restored = fetchArtifact({ digest: artifact.digest }, path.join(root, 'restored'), ports);
    await expect(restored).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  });
});
