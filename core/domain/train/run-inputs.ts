import { type JsonValue, type PlainMap, plainToJson } from '../data/plain-value.ts';
import { isWithin } from '../data/repository-path.ts';
import { compareCodePoints } from '../text/compare-code-points.ts';
import type { Stage } from './pipeline.ts';
import type { StagePath } from './stage-entries.ts';

/** Something that went into a run, by its digest. */
export interface RunInput {
  readonly path: string;
  /** `sha256:…` of the file, or of the folder's lines. */
  readonly digest: string;
  /** MD5 that DVC names it by. */
  readonly dvcMd5?: string;
}

/** Something that went into a run, by what names it in the repository. */
export interface InputIdentity {
  readonly path: string;
  /** `md5:…` of data that DVC tracks, as a pointer names them; `sha256:…` of the bytes of anything else. */
  readonly identity: string;
}

/** All that decides what a run makes. It is the same for a workspace and for the commit that it is a check-out of. */
export interface RunIdentity {
  /** Resolved, in the order in which they run. */
  readonly commands: readonly (string | readonly string[])[];
  readonly inputs: readonly InputIdentity[];
  /** By file, then by dotted key. */
  readonly params: ReadonlyMap<string, PlainMap>;
  readonly lockfiles: readonly InputIdentity[];
}

/**
 * The text whose sha256 is `inputsDigest`: JSON with sorted keys, so that neither the order of files nor of keys counts.
 */
export function formatRunInputs({ commands, inputs, params, lockfiles }: RunIdentity): string {
  const identities = (files: readonly InputIdentity[]) =>
    [...files].sort((a, b) => compareCodePoints(a.path, b.path)).map(({ path, identity }) => [path, identity]);
  const document = {
    // 2: data of DVC by their pointers, so that a job without the data can compute it.
    version: 2,
    commands: commands.map((command) => (typeof command === 'string' ? command : [...command])),
    inputs: identities(inputs),
    params: Object.fromEntries([...params].map(([file, keys]) => [file, plainToJson(keys)])),
    lockfiles: identities(lockfiles),
  };
  return JSON.stringify(sortKeys(document));
}

/**
 * External inputs of the stages, each once, sorted. A frozen stage neither reads nor makes anything: what it
 * once made is read.
 */
export function leafDependencies(stages: readonly Stage[]): readonly string[] {
  const made = stages.flatMap((stage) => (stage.isFrozen ? [] : stage.outs.map((out) => out.path)));
  const read = stages.flatMap((stage) => (stage.isFrozen ? stage.outs : stage.deps).map(({ path }: StagePath) => path));
  const leaves = read.filter((path) => !made.some((out) => isWithin(path, out)));
  return [...new Set(leaves)].sort(compareCodePoints);
}

/** Files at the root that pin an environment. */
export const LOCKFILES = [
  'requirements.txt',
  'requirements.lock',
  'poetry.lock',
  'uv.lock',
  'pdm.lock',
  'Pipfile.lock',
  'pixi.lock',
  'conda-lock.yml',
  'environment.yml',
  'environment.yaml',
  'renv.lock',
  'package-lock.json',
  '.python-version',
] as const;

function sortKeys(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const sorted = Object.entries(value).sort(([left], [right]) => compareCodePoints(left, right));
  return Object.fromEntries(sorted.map(([key, entry]) => [key, sortKeys(entry)]));
}
