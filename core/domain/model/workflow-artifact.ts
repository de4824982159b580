import { UserError } from '../../errors.ts';
import { slug } from './model-name.ts';

/**
 * Content of a workflow artifact: `model` the artifact that training made, `report` what a judging job says of it,
 * `version` what the register job registered, `drift` what a drift check found. The bot reads `report` and `version`, never `model`.
 */
export type WorkflowArtifactKind = 'model' | 'report' | 'version' | 'drift';

/** A kind of artifact of one model. */
export interface WorkflowArtifactSubject {
  readonly kind: WorkflowArtifactKind;
  readonly model: string;
}

/** An artifact and the attempt of the run that made it. */
export interface AttemptArtifact<Artifact> {
  readonly attempt: number;
  readonly artifact: Artifact;
}

/** The name of a workflow artifact: `tidegate-<slug>-<attempt>-<kind>`. */
export function workflowArtifactName({ kind, model }: WorkflowArtifactSubject, attempt: number): string {
  return `tidegate-${slug(model)}-${attempt}-${kind}`;
}

/**
 * The artifacts of a subject among those of a run, the newest attempt first; others are left out.
 *
 * @param artifacts All of one run.
 * @throws {UserError} ARTIFACT_DOUBLED for two of one name: GitHub makes names unique, so one of them is not what it says.
 * @example newestAttemptsFirst({ kind: 'report', model: 'm' }, [{ name: 'tidegate-m-1-report' }, { name: 'tidegate-m-1-model' }]) // => [{ attempt: 1, artifact: { name: 'tidegate-m-1-report' } }]
 */
export function newestAttemptsFirst<Artifact extends { readonly name: string }>(
  { kind, model }: WorkflowArtifactSubject,
  artifacts: readonly Artifact[],
): readonly AttemptArtifact<Artifact>[] {
  const prefix = `tidegate-${slug(model)}-`;
  const suffix = `-${kind}`;
  const found = artifacts.flatMap((artifact): AttemptArtifact<Artifact>[] => {
    const { name } = artifact;
    if (!name.startsWith(prefix) || !name.endsWith(suffix)) return [];
    const attempt = name.slice(prefix.length, -suffix.length);
    return /^[1-9]\d{0,8}$/.test(attempt) ? [{ attempt: Number(attempt), artifact }] : [];
  });
  if (new Set(found.map(({ attempt }) => attempt)).size < found.length) throw doubled(prefix, suffix);
  return found.sort((a, b) => b.attempt - a.attempt);
}

/**
 * The artifact of the highest attempt that is not above the given one: a job that runs again alone finds what the attempt
 * before it made. Undefined where there is none.
 *
 * @throws {UserError} As `newestAttemptsFirst`.
 */
export function newestArtifact<Artifact extends { readonly name: string }>(
  subject: WorkflowArtifactSubject,
  artifacts: readonly Artifact[],
  attempt: number,
): Artifact | undefined {
  return newestAttemptsFirst(subject, artifacts).find((made) => made.attempt <= attempt)?.artifact;
}

function doubled(prefix: string, suffix: string): UserError {
  return new UserError(
    'ARTIFACT_DOUBLED',
    `this run has two workflow artifacts with the same name (${prefix}…${suffix})`,
    {
      fix: 'Remove the step that uploads another artifact with that name, and run the workflow again.',
    },
  );
}
