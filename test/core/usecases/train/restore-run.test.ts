import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileArtifactHasher } from '../../../../core/adapters/files/file-artifact-hasher.ts';
import { replaceByArtifact } from '../../../../core/adapters/files/replace-by-artifact.ts';
import { textContent } from '../../../../core/domain/model/text-content.ts';
import { artifactFolder, runFolder, runKey } from '../../../../core/domain/registry/store-layout.ts';
import { formatReport } from '../../../../core/reports/read-report.ts';
import { ObjectArtifacts } from '../../../../core/usecases/registry/object-artifacts.ts';
import { type RunClaim, restoreRun } from '../../../../core/usecases/train/restore-run.ts';
import { InMemoryObjectStore } from '../../../../testkit/fakes/in-memory-object-store.ts';
import { SAMPLE_REPORTS } from '../../reports/sample-reports.ts';

const sha256 = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
/** The digest of the inputs of a clean commit: anyone who has the repository can compute it. */
const INPUTS = sha256('inputs of a clean commit');

let root: string;
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'restore-run-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Stores a run of inputs that made an artifact of these bytes. @returns What it claims. */
async function store(objects: InMemoryObjectStore, model: string, more: object = {}): Promise<RunClaim> {
  const digest = sha256(model);
  const artifact = { path: 'model.onnx', digest, sizeBytes: model.length };
  const text = formatReport('run', { ...SAMPLE_REPORTS.run, inputsDigest: INPUTS, artifact, ...more });
  await objects.put(runKey(INPUTS, digest), textContent(text), 'replace');
  await objects.put(`${artifactFolder(digest)}/model.onnx`, textContent(model), 'replace');
  return { inputsDigest: INPUTS, artifactDigest: digest, runDigest: sha256(text) };
}

/** Restores where exactly these claims are vouched for. */
async function restore(objects: InMemoryObjectStore, believed: readonly RunClaim[]) {
  const location = path.join(root, String(count++), 'model.onnx');
  const asked: RunClaim[] = [];
  const found = await restoreRun(
    { inputsDigest: INPUTS, location },
    {
      store: objects,
      artifacts: new ObjectArtifacts(objects, new FileArtifactHasher()),
      replace: replaceByArtifact,
      hasher: new FileArtifactHasher(),
      isBelieved: async (claim) => {
        asked.push(claim);
        return believed.some((one) => JSON.stringify(sorted(one)) === JSON.stringify(sorted(claim)));
      },
    },
  );
  const model = await readFile(location, 'utf8').catch(() => undefined);
  return { ...found, model, asked };
}

const sorted = (claim: RunClaim) => Object.entries(claim).sort();

describe('restoreRun', () => {
  it('does not ask a store, which may not exist yet, where no version could vouch for a run', async () => {
    const refusing = new Proxy(new InMemoryObjectStore(), {
      get: () => () => {
        throw new Error('the store was asked');
      },
    });
    const hasher = new FileArtifactHasher();
    const ports = {
      ...{ store: refusing, artifacts: new ObjectArtifacts(refusing, hasher), replace: replaceByArtifact, hasher },
      isBelieved: async () => true,
    };
    const request = { inputsDigest: INPUTS, location: path.join(root, 'none') };
    expect(await restoreRun(request, { ...ports, hasVersions: async () => false })).toEqual({
      run: undefined,
      refused: 0,
    });
    await expect(restoreRun(request, { ...ports, hasVersions: async () => true })).rejects.toThrow(
      'the store was asked',
    );
  });

  it('restores nothing on the word of what is stored', async () => {
    const objects = new InMemoryObjectStore();
    await store(objects, 'BACKDOORED MODEL THAT PASSES THE GATE');
    expect(await restore(objects, [])).toMatchObject({ run: undefined, refused: 1, model: undefined });
  });

  it('restores the run that a believed version vouches for, whatever was stored before it or beside it', async () => {
    const objects = new InMemoryObjectStore();
    for (const junk of ['junk', '{}', JSON.stringify({ schema: 'tidegate.dev/run/v2' })]) {
      await objects.put(`${runFolder(INPUTS)}/${junk.length}.json`, textContent(junk), 'replace');
    }
    for (const other of ['planted first', 'planted too']) await store(objects, other);
    const claim = await store(objects, 'the model');
    // Of other inputs, under the folder of these.
    await store(objects, 'of other inputs', { inputsDigest: sha256('others') });
    const { run, model, asked } = await restore(objects, [claim]);
    expect(model).toBe('the model');
    expect(run?.artifact.digest).toBe(sha256('the model'));
    expect(asked.every(({ inputsDigest }) => inputsDigest === INPUTS)).toBe(true);
  });

  it('asks for the very document: one with other numbers of the same model is another claim', async () => {
    const objects = new InMemoryObjectStore();
    const claim = await store(objects, 'the model');
    await store(objects, 'the model', { metrics: { auc: 1 } });
    expect((await restore(objects, [claim])).run).toBeUndefined();
  });

  it('refuses a stored artifact that has other bytes', async () => {
    const objects = new InMemoryObjectStore();
    const claim = await store(objects, 'the model');
    await objects.put(`${artifactFolder(claim.artifactDigest)}/model.onnx`, textContent('tampered!'), 'replace');
    await expect(restore(objects, [claim])).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  });

  it('finds nothing where nothing is', async () => {
    expect(await restore(new InMemoryObjectStore(), [])).toMatchObject({ run: undefined, refused: 0 });
  });
});
