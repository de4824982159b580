import { type JsonValue, type PlainMap, plainToJson } from '../data/plain-value.ts';
import { isWithin } from '../data/repository-path.ts';
import { compareCodePoints } from '../text/compare-code-points.ts';
import type { Stage, StagePath } from './pipeline.ts';

/** Something that went into a run, by its digest. */
export interface RunInput {
  readonly path: string;
  /** `sha256:…` of the file, or of the folder's lines. */
  readonly digest: string;
  /** MD5 that DVC names it by. */
  readonly dvcMd5?: string;
}

/** All that decides what a run makes. */
export interface RunInputs {
  /** Resolved, in the order in which they run. */
  readonly commands: readonly (string | readonly string[])[];
  readonly inputs: readonly RunInput[];
  /** By file, then by dotted key. */
  readonly params: ReadonlyMap<string, PlainMap>;
  readonly lockfiles: readonly { readonly path: string; readonly digest: string }[];
}

/**
 * The text whose sha256 is `inputsDigest`: JSON with sorted keys, so that neither the order of files nor of keys counts.
 */
export function formatRunInputs({ commands, inputs, params, lockfiles }: RunInputs): string {
  const digests = (files: readonly { path: string; digest: string }[]) =>
    [...files].sort((a, b) => compareCodePoints(a.path, b.path)).map(({ path, digest }) => [path, digest]);
  const document = {
    version: 1,
    commands: commands.map((command) => (typeof command === 'string' ? command : [...command])),
    inputs: digests(inputs),
    params: Object.fromEntries([...params].map(([file, keys]) => [file, plainToJson(keys)])),
    lockfiles: digests(lockfiles),
  };
  return JSON.stringify(sortKeys(document));
}

/** What the stages read and none of them makes, each once, sorted. */
export function leafDependencies(stages: readonly Stage[]): readonly string[] {
  const made = stages.flatMap((stage) => stage.outs.map((out) => out.path));
  const read = stages.flatMap((stage) => stage.deps.map((dep: StagePath) => dep.path));
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
