import { createHash } from 'node:crypto';
import { formatReport } from '../core/reports/read-report.ts';
import type { RecordedStages } from '../core/reports/recorded-stages.ts';
import { formatVersionTagMessage } from '../core/reports/version-tag-line.ts';
import { SAMPLE_REPORTS } from '../test/core/reports/sample-reports.ts';
import { type FinishedRuns, finishedJob } from './github/finished-runs.ts';
import type { GitHub } from './github/github.ts';
import { createZip } from './zip.ts';

/** An image that a release built. */
export interface ReleasedImage {
  readonly repository: string;
  readonly tag?: string;
  readonly digest: string;
}

/** Content and source of a release's document. */
export interface Release {
  readonly model: string;
  readonly version: string;
  readonly artifact: {
    readonly uri: string;
    readonly digest: string;
    readonly sizeBytes: number;
    readonly computation?: string;
  };
  readonly commit: string;
  readonly runId: number;
  /** Digest of its evaluation report. */
  readonly evaluation?: string | undefined;
  /** Its training inputs, with the digest of its run report. */
  readonly training?: { readonly inputsDigest: string; readonly run: string };
  readonly image?: ReleasedImage | undefined;
  /** Entries of dvc.lock. */
  readonly recorded?: RecordedStages | undefined;
}

/** The document that a register job uploads, and the message of the tag that names it. */
export function releaseDocument(release: Release) {
  const { model, version, artifact, commit, runId, evaluation, image, training, recorded } = release;
  const shown = image === undefined ? {} : { image: { reference: 'x', ...image } };
  const { image: _, ...sample } = SAMPLE_REPORTS['model-version'];
  const text = formatReport('model-version', {
    ...sample,
    ...{ model, name: model, version, metrics: [], comparisons: [] },
    artifact: { ...artifact, files: [] },
    lineage: { ...sample.lineage, commit, runId, ...(training && { inputsDigest: training.inputsDigest }) },
    run: training === undefined ? sample.run : { uri: `s3://models/${model}/documents/r`, digest: training.run },
    evaluation: evaluation === undefined ? null : { uri: `s3://models/${model}/documents/e`, digest: evaluation },
    ...shown,
    ...(recorded === undefined ? {} : { recorded }),
  });
  const named = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  const message = formatVersionTagMessage(`Registering artifact ${model} version v${version}`, {
    schema: 'tidegate.dev/tag/v1',
    artifact,
    ...shown,
    metrics: [],
    comparisons: [],
    documents: { 'model-version': { uri: `s3://models/${model}/documents/v`, digest: named } },
    runId,
  });
  return { text, message };
}

/** Stand-in that records a release. */
export interface ReleasePlace {
  readonly github: GitHub;
  readonly runs: FinishedRuns;
  readonly repository: string;
}

/**
 * Lets the release workflow have run for a push to main, with its register job and what that uploaded.
 *
 * @returns The run, and the message that the version's tag needs.
 */
export function addRelease({ github, runs, repository }: ReleasePlace, release: Omit<Release, 'runId'>) {
  // All of it at one instant: an upload after the job has ended would not count.
  const at = github.state.now();
  const jobs = [finishedJob(github, 'judge', at), finishedJob(github, 'register', at)];
  const facts = { name: 'model-release', event: 'push', headBranch: 'main', headSha: release.commit, jobs };
  const run = runs.addRun(github, repository, facts);
  const { text, message } = releaseDocument({ ...release, runId: run.id });
  const zip = createZip([{ name: 'model-version.json', content: text }]);
  runs.addArtifact(
    github,
    { repository, id: run.id },
    { name: `tidegate-${release.model}-1-version`, zip, createdAt: at },
  );
  return { run, message };
}
