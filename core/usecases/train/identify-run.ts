import type { DataProject } from '../../domain/data/data-project.ts';
import { isLegacyObject } from '../../domain/data/dvc-object-key.ts';
import type { PlainMap } from '../../domain/data/plain-value.ts';
import { inFolder, isWithin } from '../../domain/data/repository-path.ts';
import { formatDigestLines } from '../../domain/model/artifact-digest.ts';
import type { Stage } from '../../domain/train/pipeline.ts';
import { type InputIdentity, LOCKFILES, leafDependencies, type RunIdentity } from '../../domain/train/run-inputs.ts';
import { UserError } from '../../errors.ts';
import type { ArtifactHasher } from '../../ports/evaluate/artifact-hasher.ts';
import type { RunSource } from './run-source.ts';
import { readParameters } from './stage-state.ts';
import type { TrainingWork } from './training-work.ts';

/** Subject of a run. */
export interface IdentifiedWork {
  readonly project: Pick<DataProject, 'outputs'>;
  readonly work: TrainingWork;
  /** The folder that holds tidegate.yaml, relative to the root; `''` is the root. */
  readonly folder: string;
}

/** Dependencies of identifying. */
export interface IdentityPorts {
  readonly source: RunSource;
  readonly hasher: Pick<ArtifactHasher, 'hashText'>;
}

/** The identity of a run; or the path of something that goes into it and that the source does not know. */
export type RunIdentification =
  | { readonly kind: 'known'; readonly identity: RunIdentity }
  | { readonly kind: 'unknown'; readonly path: string };

/**
 * Everything that decides what training makes. Stages say what they read, and so may a command; where it does not, it may
 * read anything, so all files of the repository count.
 *
 * @throws {UserError} GIT_FAILED for a command where there is no repository.
 */
export async function identifyRun(
  { project, work, folder }: IdentifiedWork,
  ports: IdentityPorts,
): Promise<RunIdentification> {
  const look: Look = { outputs: project.outputs, git: await ports.source.gitFiles(), folder, ...ports };
  const lockfiles = await identities(await lockfilesOf(look), look);
  if (lockfiles.unknown !== undefined) return { kind: 'unknown', path: lockfiles.unknown };
  const found = work.kind === 'stages' ? await ofStages(work, look) : await ofCommand(work, look);
  if (found.unknown !== undefined) return { kind: 'unknown', path: found.unknown };
  const commands = work.kind === 'stages' ? commandsOf(work.stages) : [work.line];
  const { inputs, params } = found;
  return { kind: 'known', identity: { commands, inputs, params, lockfiles: lockfiles.inputs } };
}

/**
 * The identities of files and folders by path, as those of a run are; undefined for a path that the source has nothing of.
 *
 * @param paths Relative to the root.
 */
export async function identifyPaths(
  paths: readonly string[],
  { project, folder }: Omit<IdentifiedWork, 'work'>,
  ports: IdentityPorts,
): Promise<ReadonlyMap<string, string | undefined>> {
  const look: Look = { outputs: project.outputs, git: await ports.source.gitFiles(), folder, ...ports };
  const found = new Map<string, string | undefined>();
  for (const path of paths) found.set(path, await identityOf(path, look));
  return found;
}

/** The identity of all files of Git below a folder but those within some paths: of code that may read any of them. */
export async function identifyFiles(
  { folder, ignored }: { readonly folder: string; readonly ignored: readonly string[] },
  ports: IdentityPorts,
): Promise<string> {
  const left = ignored.map((path) => inFolder(folder, path));
  const files = ((await ports.source.gitFiles()) ?? []).filter(
    (file) => isWithin(file, folder) && !left.some((path) => isWithin(file, path)),
  );
  return linesOf(files, '', ports);
}

/** A frozen stage runs nothing. */
function commandsOf(stages: readonly Stage[]): RunIdentity['commands'] {
  return stages.filter(({ isFrozen }) => !isFrozen).map(({ command }) => command);
}

interface Look extends IdentityPorts {
  readonly outputs: DataProject['outputs'];
  readonly git: readonly string[] | undefined;
  readonly folder: string;
}

interface Identities {
  readonly inputs: readonly InputIdentity[];
  /** Path of one that the source does not know. */
  readonly unknown?: string;
}

interface WorkIdentities extends Identities {
  readonly params: ReadonlyMap<string, PlainMap>;
}

const NO_PARAMS: ReadonlyMap<string, PlainMap> = new Map();

async function ofStages({ stages: all }: TrainingWork & { kind: 'stages' }, look: Look): Promise<WorkIdentities> {
  const stages = all.filter(({ isFrozen }) => !isFrozen);
  for (const { path } of stages.flatMap((stage) => stage.params)) {
    if (!look.source.isWhole && (await look.source.read(path)) === undefined) {
      return { inputs: [], params: NO_PARAMS, unknown: path };
    }
  }
  const params = await readParameters(stages, look.source);
  return { ...(await identities(leafDependencies(all), look)), params };
}

async function ofCommand(
  { params, deps, ignored }: TrainingWork & { kind: 'command' },
  look: Look,
): Promise<WorkIdentities> {
  const { outputs, git, folder, source, hasher } = look;
  if (deps !== undefined) {
    const read = [...deps, ...(params === undefined ? [] : [params])].map((path) => inFolder(folder, path));
    return { ...(await identities([...new Set(read)], look)), params: NO_PARAMS };
  }
  if (git === undefined) throw noRepository();
  const data = outputs.filter(({ stage, isCached }) => stage === undefined && isCached).map(({ path }) => path);
  const own = params === undefined ? undefined : inFolder(folder, params);
  const named = own === undefined || git.includes(own) ? [] : [own];
  const found = await identities([...data, ...named], look);
  const left = ignored.map((path) => inFolder(folder, path));
  const sources = git.filter((file) => isWithin(file, folder) && !left.some((path) => isWithin(file, path)));
  const all = { path: '.', identity: await linesOf(sources, '', { source, hasher }) };
  return { ...found, inputs: [...found.inputs, all], params: NO_PARAMS };
}

/** A command may read any file, and without Git no one says which are the code: other code would pass for the same run. */
function noRepository(): UserError {
  return new UserError('GIT_FAILED', 'train.command needs a Git repository: the working directory is not in one', {
    fix: 'Install git before actions/checkout (without git it creates no .git folder), or train with stages.',
  });
}

/** Those that Git has; where there is no repository, those that are there. */
async function lockfilesOf({ git, folder, source }: Look): Promise<readonly string[]> {
  const files = LOCKFILES.map((file) => inFolder(folder, file));
  if (git !== undefined) return files.filter((file) => git.includes(file));
  return [...(await source.digests(files)).keys()];
}

async function identities(paths: readonly string[], look: Look): Promise<Identities> {
  const inputs: InputIdentity[] = [];
  for (const path of paths) {
    const identity = await identityOf(path, look);
    if (identity === undefined) return { inputs, unknown: path };
    inputs.push({ path, identity });
  }
  return { inputs };
}

async function identityOf(path: string, look: Look): Promise<string | undefined> {
  const { outputs, git, source } = look;
  const output = outputs.find((one) => one.isCached && one.path === path);
  const name = output === undefined || isLegacyObject(output.md5 ?? '') ? undefined : await source.objectName(output);
  if (name !== undefined) return `md5:${name}`;
  const isShared = outputs.some((one) => one.isCached && (isWithin(one.path, path) || isWithin(path, one.path)));
  const files = isShared ? [] : (git ?? []).filter((file) => isWithin(file, path));
  if (files[0] === path) return (await source.digests([path])).get(path);
  if (files.length > 0) return linesOf(files, path, look);
  return source.isWhole ? source.otherDigest(path) : undefined;
}

/** The digest of files of a folder, by their digests and their paths in it. */
async function linesOf(files: readonly string[], folder: string, { source, hasher }: IdentityPorts): Promise<string> {
  const digests = await source.digests(files);
  const start = folder === '' ? 0 : folder.length + 1;
  const lines = files.map((file) => ({ path: file.slice(start), digest: digests.get(file) ?? '' }));
  return hasher.hashText(formatDigestLines(lines));
}
