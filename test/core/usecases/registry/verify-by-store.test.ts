import { describe, expect, it } from 'vitest';
import { ServiceError, UserError } from '../../../../core/errors.ts';
import type { ModelVersionReport } from '../../../../core/reports/model-version-report.ts';
import type { VersionClaim } from '../../../../core/usecases/registry/provenance-memory.ts';
import { verifyByStore } from '../../../../core/usecases/registry/verify-by-store.ts';
import { SAMPLE_REPORTS } from '../../reports/sample-reports.ts';

const STORE = 's3://models/flights';
const digest = `sha256:${'a'.repeat(64)}`;
const commit = 'c'.repeat(40);
const sample = SAMPLE_REPORTS['model-version'];
const { image: _, ...withoutImage } = sample;
const report: ModelVersionReport = {
  ...withoutImage,
  ...{ name: 'm', version: '1.0.0' },
  lineage: { ...sample.lineage, commit, runId: 7 },
  artifact: { ...sample.artifact, digest, uri: `${STORE}/sha256/${'a'.repeat(64)}` },
};
const line = {
  ...{ runId: 7, document: `sha256:${'d'.repeat(64)}`, artifactUri: report.artifact.uri, artifactDigest: digest },
  image: undefined,
};
const claim: VersionClaim = {
  ...{ version: '1.0.0', commit, line },
  tag: { name: 'm@v1.0.0', objectSha: 'e'.repeat(40), annotated: true },
};
const context = {
  ...{ model: 'm', defaultBranch: { name: 'main', sha: 'f'.repeat(40) }, stores: [STORE], imageRepository: undefined },
};

/** The outcome for a claim, with what the store answers, and the addresses of the stores that were asked. */
async function verify(
  changed: Partial<VersionClaim> = {},
  answer: () => Promise<ModelVersionReport | undefined> = async () => report,
  isOnBranch = true,
) {
  const asked: string[] = [];
  const ports = {
    commits: { isAncestorOrSame: async () => isOnBranch },
    documentsOf: async ({ artifactUri }: { readonly artifactUri: string }) => {
      asked.push(artifactUri);
      // The kind is always that of a version here.
      return { readDocument: (async () => answer()) as never };
    },
  };
  return { ...(await verifyByStore({ ...claim, ...changed }, context, ports)), asked };
}

describe('verifyByStore', () => {
  it('believes a version whose document the store has, and takes all from the document', async () => {
    expect(await verify()).toMatchObject({ kind: 'verified', by: 'store', document: { artifact: { digest } } });
  });

  it.each([
    ['another version', { version: '9.0.0' }],
    ['another commit', { commit: 'b'.repeat(40) }],
    ['another run', { line: { ...line, runId: 8 } }],
    ['no run', { line: { ...line, runId: null } }],
    ['no document', { line: { ...line, document: undefined } }],
    ['no line of Tidegate', { line: undefined }],
  ])('believes no tag of %s', async (_name, changed) => {
    expect((await verify(changed)).kind).toBe('refused');
  });

  it('believes nothing of a commit that is not on the default branch, and asks no store for it', async () => {
    expect(await verify({}, undefined, false)).toMatchObject({ kind: 'refused', asked: [] });
  });

  it('asks no store that a tag alone names', async () => {
    const artifactUri = `s3://elsewhere/sha256/${'a'.repeat(64)}`;
    expect(await verify({ line: { ...line, artifactUri } })).toMatchObject({ kind: 'expired', asked: [] });
  });

  it('never takes a document that is gone or changed for no version', async () => {
    const answers = [
      async () => undefined,
      () => Promise.reject(new ServiceError('STORE_CORRUPT', 'x', { fix: 'x', retryable: false })),
      () => Promise.reject(new UserError('REPORT_INVALID', 'x', { fix: 'x' })),
    ];
    for (const answer of answers) expect((await verify({}, answer)).kind).toBe('expired');
  });

  it('gives no answer where the store cannot be asked', async () => {
    const down = () => Promise.reject(new ServiceError('STORE_UNREACHABLE', 'x', { fix: 'x', retryable: true }));
    await expect(verify({}, down)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
  });
});
