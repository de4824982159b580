import { beforeEach, describe, expect, it } from 'vitest';
import { FileArtifactHasher } from '../../../../core/adapters/files/file-artifact-hasher.ts';
import { documentKey } from '../../../../core/domain/registry/store-layout.ts';
import { findExistingVersion } from '../../../../core/usecases/registry/find-existing-version.ts';
import { ObjectArtifacts } from '../../../../core/usecases/registry/object-artifacts.ts';
import type { RegisterRequest } from '../../../../core/usecases/registry/register-request.ts';
import { registerVersion } from '../../../../core/usecases/registry/register-version.ts';
import { VersionCatalog } from '../../../../core/usecases/registry/version-catalog.ts';
import { VersionStore } from '../../../../core/usecases/registry/version-store.ts';
import { InMemoryImages } from '../../../../testkit/fakes/in-memory-images.ts';
import { InMemoryObjectStore } from '../../../../testkit/fakes/in-memory-object-store.ts';
import { InMemoryVersionTags } from '../../../../testkit/fakes/in-memory-version-tags.ts';
import { digestOf } from '../../../bot/promotion-world.ts';
import { SAMPLE_REPORTS } from '../../reports/sample-reports.ts';
import { InMemoryRepository } from '../promote/in-memory-repository.ts';

const MODEL = 'flights';
let objects: InMemoryObjectStore;
let store: VersionStore;
let repository: InMemoryRepository;
beforeEach(() => {
  objects = new InMemoryObjectStore();
  const hasher = new FileArtifactHasher();
  store = new VersionStore({ objects, artifacts: new ObjectArtifacts(objects, hasher) }, hasher, async function* () {
    yield Buffer.from('model');
  });
  repository = new InMemoryRepository();
});

/** A request to register the bytes of a letter at the newest commit of the default branch, by the run 42. */
async function requestOf(letter: string, runId = 42): Promise<RegisterRequest> {
  const { sha: commit } = await repository.commits.default();
  const { source: sampleSource, ...sample } = SAMPLE_REPORTS.evaluation;
  const digest = `sha256:${digestOf(letter)}`;
  const source = { ...sampleSource, runId };
  const { createdAt, tool } = sample;
  return {
    model: MODEL,
    commit,
    artifact: { kind: 'file', digest, sizeBytes: 5, files: [{ path: 'model.onnx', digest, sizeBytes: 5 }] },
    evaluation: { ...sample, source, model: MODEL, verdict: 'pass', candidate: { digest, sizeBytes: 5 } },
    run: undefined,
    profile: undefined,
    predictions: undefined,
    image: undefined,
    interface: { task: 'binary-classification', features: ['hour'], inputs: [], outputs: [] },
    bump: 'auto',
    header: { schema: 'tidegate.dev/model-version/v1', createdAt, tool, source, model: MODEL },
  };
}

/** Registers a version as a release does; its document is in the store too. Returns the digest of that. */
async function release(version: string, letter: string, computation?: string): Promise<string> {
  const text = await repository.register(version, letter, computation);
  const digest = new FileArtifactHasher().hashText(text);
  objects.objects.set(documentKey(digest), Buffer.from(text));
  return digest;
}

async function commitNow(): Promise<void> {
  const { sha } = await repository.commits.default();
  const files = [{ path: 'README.md', text: `after ${sha}` }];
  await repository.commits.commit({ branch: 'main', base: sha, files, message: 'more', expected: sha });
}

/** The version that is found among those that are believed. */
async function find(request: RegisterRequest) {
  const { catalog } = await repository.read();
  return findExistingVersion(request, catalog, { commits: repository.commits, store });
}

describe('findExistingVersion, among believed versions', () => {
  it('finds none where none is registered', async () => {
    expect(await find(await requestOf('a'))).toBeUndefined();
  });

  it('finds the newest one where it has the same bytes, whatever its commit is', async () => {
    await release('0.1.0', 'a');
    await commitNow();
    const found = await find(await requestOf('a'));
    expect(found).toMatchObject({ tag: 'flights@v0.1.0', reason: 'v0.1.0 has the same digest' });
    expect(found?.report).toMatchObject({ version: '0.1.0', artifact: { digest: `sha256:${digestOf('a')}` } });
  });

  it('finds the newest one where it was made from this commit or a later one', async () => {
    const request = await requestOf('b');
    await release('0.1.0', 'a');
    expect(await find(request)).toMatchObject({ reason: 'v0.1.0 was made from this commit or a later one' });
    await commitNow();
    await release('0.2.0', 'c');
    expect(await find(request)).toMatchObject({ tag: 'flights@v0.2.0', report: { version: '0.2.0' } });
  });

  it('finds none for other bytes of a later commit, nor an older version with the same bytes', async () => {
    await release('0.1.0', 'a');
    await commitNow();
    expect(await find(await requestOf('b'))).toBeUndefined();
    await release('0.2.0', 'b');
    await commitNow();
    expect(await find(await requestOf('a'))).toBeUndefined();
  });

  it('finds the newest one where it computes the same, whatever names its file has', async () => {
    await release('0.1.0', 'a', `sha256:${digestOf('e')}`);
    await commitNow();
    const request = await requestOf('b');
    const computing = (letter: string): RegisterRequest => {
      const candidate = { ...request.evaluation.candidate, computation: `sha256:${digestOf(letter)}` };
      return { ...request, evaluation: { ...request.evaluation, candidate } };
    };
    expect(await find(computing('e'))).toMatchObject({
      tag: 'flights@v0.1.0',
      reason: expect.stringContaining('computes the same'),
    });
    expect(await find(computing('f'))).toBeUndefined();
    expect(await find(request)).toBeUndefined();
  });

  it('refuses to go on where the document of the version is not in the store, or was changed there', async () => {
    const digest = await release('0.1.0', 'a');
    objects.objects.set(documentKey(digest), Buffer.from('{}'));
    await expect(find(await requestOf('a'))).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    objects.objects.clear();
    await expect(find(await requestOf('a'))).rejects.toMatchObject({ code: 'VERSION_NOT_FOUND' });
  });
});

describe('findExistingVersion, of an earlier attempt of the same run', () => {
  const tags = () => repository.tags;
  /** What is found where no version is believed, as long as the run has not ended. */
  const findOwn = (request: RegisterRequest, from: InMemoryVersionTags = tags()) =>
    findExistingVersion(request, new VersionCatalog(MODEL, from), { commits: repository.commits, store });

  async function register(request: RegisterRequest) {
    const compareDataset = async () => ({ number: null, digest: null, same: null });
    return registerVersion(request, {
      tags: tags(),
      commits: repository.commits,
      store,
      images: new InMemoryImages(),
      compareDataset,
    });
  }

  it('finds the version that it tagged, with its document', async () => {
    const request = await requestOf('a');
    const { tag, report } = await register(request);
    const found = { tag, report, reason: 'this run has already registered it', store };
    expect(await findOwn(request)).toEqual(found);
    const later = { ...request, header: { ...request.header, createdAt: '2031-01-01T00:00:00Z' } };
    expect(await findOwn(later)).toEqual(found);
  });

  it.each<readonly [string, (request: RegisterRequest) => RegisterRequest]>([
    ['another run', (request) => ({ ...request, header: headerOf(request, 43) })],
    ['no run at all', (request) => ({ ...request, header: headerOf(request, null) })],
    [
      'other bytes',
      (request) => ({ ...request, artifact: { ...request.artifact, digest: `sha256:${digestOf('b')}` } }),
    ],
    ['another size', (request) => ({ ...request, artifact: { ...request.artifact, sizeBytes: 6 } })],
    ['another commit', (request) => ({ ...request, commit: 'd'.repeat(40) })],
    ['other features', (request) => ({ ...request, interface: { ...request.interface, features: ['day'] } })],
    ['another evaluation', (request) => ({ ...request, evaluation: { ...request.evaluation, metrics: [] } })],
  ])('does not take it for the version of %s', async (_, change) => {
    const request = await requestOf('a');
    await register(request);
    expect(await findOwn(change(request))).toBeUndefined();
  });

  it('does not take a tag for it that claims another number', async () => {
    const request = await requestOf('a');
    await register(request);
    const copied = new InMemoryVersionTags();
    for (const tag of tags().tags) await copied.create({ ...tag, name: 'flights@v7.0.0' });
    expect(await findOwn(request, copied)).toBeUndefined();
  });

  it('is not stopped by a document that is absent, or that was changed', async () => {
    const request = await requestOf('a');
    await register(request);
    const documents = [...objects.objects.keys()].filter((key) => key.startsWith('documents/'));
    expect(documents.length).toBeGreaterThan(1);
    for (const key of documents) objects.objects.set(key, Buffer.from('{}'));
    expect(await findOwn(request)).toBeUndefined();
    objects.objects.clear();
    expect(await findOwn(request)).toBeUndefined();
  });
});

function headerOf({ header }: RegisterRequest, runId: number | null): RegisterRequest['header'] {
  return { ...header, source: { ...header.source, runId } };
}
