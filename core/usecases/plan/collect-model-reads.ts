import type { ModelConfig } from '../../config/tidegate-config.ts';
import type { DataProject } from '../../domain/data/data-project.ts';
import { type JsonValue, plainToJson } from '../../domain/data/plain-value.ts';
import { folderOf, isWithin, pathWithin } from '../../domain/data/repository-path.ts';
import type { ModelReads } from '../../domain/plan/affected-models.ts';
import { CONFIG_FILE } from '../../domain/policy/config-file.ts';
import type { RunIdentity } from '../../domain/train/run-inputs.ts';
import { type IdentityPorts, identifyFiles, identifyPaths, identifyRun } from '../train/identify-run.ts';
import type { TrainingWork } from '../train/training-work.ts';

/** A model in one commit. */
export interface ReadsRequest {
  readonly name: string;
  readonly model: ModelConfig;
  /** Parts of tidegate.yaml that every model depends on, by key. */
  readonly shared: Readonly<Record<string, unknown>>;
  readonly project: Pick<DataProject, 'outputs'>;
  /** Undefined: tidegate.yaml does not say how the model is trained. */
  readonly work: TrainingWork | undefined;
  /** The folder that holds tidegate.yaml, relative to the root; `''` is the root. */
  readonly folder: string;
  /** Symbolic links and submodules of the commit, relative to the root, each with its object. */
  readonly links: ReadonlyMap<string, string>;
  /** Files of the commit that can be run as programs, relative to the root. */
  readonly executables: readonly string[];
  /** `training`: what decides the bytes of the model alone; `judgement`: what decides how it is judged too. */
  readonly scope: 'training' | 'judgement';
  /** Paths that decide nothing about code that does not say what it reads, relative to `folder`. */
  readonly ignored: readonly string[];
}

/** An address of a store or a warehouse, unlike the path of a file. */
const ADDRESS = /^[a-z][a-z0-9+]*:\/\//i;

/** Name of everything that Git tracks, where the code of the team does not say what it reads. */
const EVERYTHING = 'a file of the repository';

/**
 * Everything of a commit that decides what a model is and how it is judged: what its training reads, what it is judged on
 * and scored by, and its part of tidegate.yaml.
 *
 * @param ports.source A commit: no byte of the data is needed.
 */
export async function collectModelReads(request: ReadsRequest, ports: IdentityPorts): Promise<ModelReads> {
  const { work, folder, project } = request;
  if (work === undefined) return unknown(`${CONFIG_FILE} does not say how the model is trained`);
  const run = await identifyRun({ project, work, folder }, ports);
  if (run.kind === 'unknown') return unknown(`the commit does not name the content of ${run.path}`);
  if (request.scope === 'training') return trainingReads(request, run.identity);
  const judged = judgedPaths(request);
  if (judged === undefined) return unknown('the model is judged on a path outside of the repository');
  const link = throughLink(request, [...run.identity.inputs.map(({ path }) => path), ...judged.paths]);
  if (link !== undefined) return throughUnknown(link);
  const found = await identifyPaths(judged.paths, { project, folder }, ports);
  const missing = judged.required.find((path) => found.get(path) === undefined);
  if (missing !== undefined) return unknown(`evaluate.deps names ${missing}, which the commit does not have`);
  const identities = new Map<string, string>([...configIdentities(request), ...runIdentities(run.identity)]);
  // A file that is not in the commit is made by the training, or comes from a place that no commit changes.
  for (const [path, identity] of found) {
    identities.set(path, identity ?? (await recordedIdentity(path, request, ports)) ?? 'not in the commit');
  }
  if (readsEverything(request)) identities.set(EVERYTHING, await identifyFiles(request, ports));
  identities.set('the permission to run a file', textOf(executablesOf(request, [...identities.keys()])));
  if (identities.has(EVERYTHING)) identities.set('a symbolic link or a submodule', textOf([...request.links]));
  return { kind: 'known', identities };
}

/**
 * The content of a path that is a part of data of DVC, or has such data in it, by what the commit records of all of them:
 * other bytes have another digest there. Undefined where no data of DVC are at the path.
 */
async function recordedIdentity(
  path: string,
  { project: { outputs } }: ReadsRequest,
  { source, hasher }: IdentityPorts,
): Promise<string | undefined> {
  const near = outputs.filter((one) => one.isCached && (isWithin(one.path, path) || isWithin(path, one.path)));
  if (near.length === 0) return undefined;
  const recorded = near.map((one) => [one.path, one.md5 ?? 'not recorded', one.declaredIn]).sort();
  const tracked = (await source.gitFiles())?.filter((file) => isWithin(file, path)) ?? [];
  const own = [...(await source.digests(tracked))].sort();
  return hasher.hashText(textOf([recorded, own]));
}

/** The inputs by which a registered version is found again: from the same ones no other version is made. */
function trainingReads(request: ReadsRequest, identity: RunIdentity): ModelReads {
  const link = throughLink(
    request,
    identity.inputs.map(({ path }) => path),
  );
  if (link !== undefined) return throughUnknown(link);
  const artifact = [`${CONFIG_FILE} (models.${request.name}.artifact)`, request.model.artifact] as const;
  const identities = new Map([artifact, ...runIdentities(identity)]);
  if (identities.has(EVERYTHING)) identities.set('a symbolic link or a submodule', textOf([...request.links]));
  return { kind: 'known', identities };
}

function throughUnknown(link: string): ModelReads {
  return unknown(`${link} is a symbolic link or a submodule, whose content the commit does not name`);
}

function unknown(reason: string): ModelReads {
  return { kind: 'unknown', reason };
}

function configIdentities({ name, model, shared }: ReadsRequest): readonly (readonly [string, string])[] {
  const parts = Object.entries(shared).map(([key, part]) => [`${CONFIG_FILE} (${key})`, textOf(part)] as const);
  return [[`${CONFIG_FILE} (models.${name})`, textOf(model)], ...parts];
}

function textOf(value: unknown): string {
  return JSON.stringify(value) ?? 'absent';
}

function runIdentities({ commands, inputs, params, lockfiles }: RunIdentity): readonly (readonly [string, string])[] {
  return [
    ['a command of the training', textOf(commands)],
    ...inputs.map(({ path, identity }) => [path === '.' ? EVERYTHING : path, identity] as const),
    ...[...params].map(
      ([file, keys]) => [`${file} (parameters)`, textOf(plainToJson(keys) satisfies JsonValue)] as const,
    ),
    ...lockfiles.map(({ path, identity }) => [path, identity] as const),
  ];
}

/** Code that scores and does not say what it reads; training that does not is in the identity of the run. */
function readsEverything({ model }: ReadsRequest): boolean {
  return model.task !== 'custom' && model.evaluate.predict !== undefined && model.evaluate.deps === undefined;
}

/** Paths that judging reads, relative to the root; `required` have to be there. Undefined where one is outside of it. */
function judgedPaths({
  model,
  folder,
}: ReadsRequest): { readonly paths: readonly string[]; readonly required: readonly string[] } | undefined {
  const { metricsFile, junitFile, results = [] } = model.evaluate;
  const written = [metricsFile, junitFile, ...results.map(({ file }) => file)];
  const named =
    model.task === 'custom'
      ? [...written, model.evaluate.examples]
      : [...written, ...tablesOf(model), model.data.schema];
  const deps = model.task === 'custom' ? [] : (model.evaluate.deps ?? []);
  // An address of a store or a warehouse is in tidegate.yaml: no commit changes what is there.
  const local = named.filter((path) => path !== undefined && !ADDRESS.test(path));
  const read = local.map((path) => pathWithin(folder, fixedPart(path ?? '')));
  const required = deps.map((path) => pathWithin(folder, path));
  const paths = [...new Set([...read, ...required])].filter((path) => path !== undefined);
  if ([...read, ...required].includes(undefined)) return undefined;
  return { paths, required: required.filter((path) => path !== undefined) };
}

function tablesOf({ evaluate, drift }: Exclude<ModelConfig, { readonly task: 'custom' }>) {
  return [evaluate.dataset, evaluate.predictions?.path, drift?.reference];
}

/** The folder above the first wildcard of a pattern; a path without one is itself. */
function fixedPart(pattern: string): string {
  const at = pattern.search(/[*?[{]/);
  return at < 0 ? pattern : folderOf(pattern.slice(0, at + 1));
}

/** Those of what a model reads that can be run: a program needs that permission next to its bytes. */
function executablesOf({ executables }: ReadsRequest, names: readonly string[]): readonly string[] {
  return names.includes(EVERYTHING)
    ? executables
    : executables.filter((file) => names.some((path) => isWithin(file, path)));
}

/** A link that one of the paths is, is in, or has in it. */
function throughLink({ links }: ReadsRequest, paths: readonly string[]): string | undefined {
  // All files together are told apart by the objects of the links too.
  const read = paths.filter((path) => path !== '.');
  return [...links.keys()].find((link) => read.some((path) => isWithin(link, path) || isWithin(path, link)));
}
