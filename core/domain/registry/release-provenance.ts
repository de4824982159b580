import { isSameRepository } from '../image/docker-hub.ts';
import type { DeployedVersion } from '../manifest/version-value.ts';
import { RELEASE_EVENTS, workflowPath } from './release-run.ts';
import { isSameStore, parseArtifactUri } from './store-layout.ts';

/** A run of a workflow, by facts that the host keeps. */
export interface RunFacts {
  readonly id: number;
  /** `.github/workflows/model-release.yml`, perhaps with `@<ref>` behind it. */
  readonly path: string;
  readonly event: string;
  readonly headSha: string;
  readonly headBranch: string | null;
  readonly status: string;
  /** Null while it runs. */
  readonly conclusion: string | null;
}

/** A job of one attempt of a run. */
export interface JobFacts {
  readonly name: string;
  readonly conclusion: string | null;
  /** Epoch milliseconds. */
  readonly startedAtMs: number;
  /** Undefined while it runs. */
  readonly completedAtMs: number | undefined;
}

/** The job of the release workflow that registers; the only one that may upload a version's document. */
export const RELEASE_JOB = 'register';

/** Conditions on a run. */
export interface ExpectedRun {
  readonly commit: string;
  /** Its name. */
  readonly defaultBranch: string;
  /** File name of the release workflow: `register.workflow` of tidegate.yaml. */
  readonly workflow: string;
}

/**
 * Why a run is not a release of a commit on the default branch: facts that never change once the run exists.
 *
 * @returns Undefined where it is one, however it ended.
 */
export function releaseRunRefusal(run: RunFacts, { commit, defaultBranch, workflow }: ExpectedRun): string | undefined {
  const refuse = (why: string) => `run ${run.id} ${why}`;
  if (run.path.split('@')[0] !== workflowPath(workflow)) return refuse(`is not of ${workflow}, but of ${run.path}`);
  if (!RELEASE_EVENTS.includes(run.event)) return refuse(`was started by ${run.event}, not by a push or a dispatch`);
  if (run.headBranch !== defaultBranch) return refuse(`ran for ${run.headBranch}, not for ${defaultBranch}`);
  return run.headSha === commit ? undefined : refuse(`ran for another commit than that of the tag`);
}

/**
 * True if a version's document was uploaded by the register job: only then no code of the team had a hand in it. Other
 * jobs of the run may upload under any name, so the upload has to be within that job, which starts when those that it
 * needs have ended. GitHub gives times in whole seconds, so what happens within one second counts as at once.
 *
 * @param jobs Those of the attempt that the artifact is named for.
 * @param isOwnRun This very job reads it: the register job may still be at work.
 * @returns Why not, or undefined.
 */
export function uploadRefusal(uploadedAtMs: number, jobs: readonly JobFacts[], isOwnRun: boolean): string | undefined {
  const registering = jobs.filter(({ name }) => isReleaseJob(name));
  const isWithin = ({ startedAtMs, completedAtMs, conclusion }: JobFacts) => {
    const hasEnded = conclusion === 'success' && completedAtMs !== undefined;
    if (!hasEnded && !(isOwnRun && conclusion === null)) return false;
    const uploadedAt = toSecond(uploadedAtMs);
    return uploadedAt >= toSecond(startedAtMs) && uploadedAt <= (completedAtMs ?? Number.POSITIVE_INFINITY);
  };
  if (registering.some(isWithin)) return undefined;
  return registering.length === 0
    ? `its run has no job named ${RELEASE_JOB}`
    : `its document was not uploaded by a ${RELEASE_JOB} job that succeeded`;
}

function toSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

/** True if a job registers, by its shown name; called workflows put theirs before it, and a matrix puts its values behind it. */
export function isReleaseJob(name: string): boolean {
  const own = name.split(' / ').at(-1) ?? '';
  return own === RELEASE_JOB || own.startsWith(`${RELEASE_JOB} (`);
}

/** A version as its document tells it, as one thing. */
export interface DocumentedVersion extends DeployedVersion {
  readonly model: string;
  readonly artifactDigest: string;
  readonly commit: string;
  readonly runId: number | null;
}

/** Facts with which a version's document has to agree. */
export interface ExpectedVersion {
  readonly model: string;
  readonly version: string;
  readonly commit: string;
  /** Null: no run made it. */
  readonly runId: number | null;
  /** The ways to write `register.store`; empty: nothing is believed. */
  readonly stores: readonly string[];
  /** `image.repository` of tidegate.yaml; undefined: no image is believed. */
  readonly imageRepository: string | undefined;
}

/** Why a version's document does not say what its tag, its run and tidegate.yaml say; undefined where all agree. */
export function documentRefusal(found: DocumentedVersion, expected: ExpectedVersion): string | undefined {
  if (found.model !== expected.model || found.version !== expected.version) {
    return `its document is of ${found.model} v${found.version}`;
  }
  if (found.commit !== expected.commit || found.runId !== expected.runId) {
    return 'its document is from another commit or run';
  }
  if (expected.stores.length === 0) return 'tidegate.yaml has no register.store';
  if (!isStoredUnderDigest(found, expected.stores)) {
    const isElsewhere = parseArtifactUri(found.artifactUri)?.digest === found.artifactDigest;
    const why = isElsewhere
      ? 'is in a store that no tidegate.yaml names'
      : "is not register.store's path of its digest";
    return `its artifact ${found.artifactUri} ${why}`;
  }
  const repository = found.image?.repository;
  if (repository === undefined || isSameRepository(repository, expected.imageRepository ?? '')) return undefined;
  const configured = expected.imageRepository ?? 'not set';
  return `its image is of ${repository}, but image.repository is ${configured}`;
}

/** True if a version's URI is the path of its digest in a store: then the one says the other. */
export function isStoredUnderDigest(
  { artifactUri, artifactDigest }: Pick<DocumentedVersion, 'artifactUri' | 'artifactDigest'>,
  stores: readonly string[],
): boolean {
  const placed = parseArtifactUri(artifactUri);
  return placed?.digest === artifactDigest && stores.some((store) => isSameStore(store, placed.store));
}
