import { dvcError } from '../data/dvc-problem.ts';
import { isPlainList, isPlainMap, type PlainMap, type PlainValue } from '../data/plain-value.ts';
import { folderOf, joinRepositoryPath } from '../data/repository-path.ts';
import { parseOutput, type TrackedOutput } from '../data/tracked-output.ts';
import type { Stage } from './pipeline.ts';
import { addressOf } from './stage-address.ts';

/** A file or folder as dvc.lock records it. */
export interface LockedPath {
  /** As dvc.yaml writes it. */
  readonly path: string;
  /** 32 hex digits, with `.dir` for a folder. */
  readonly md5: string;
  readonly sizeBytes: number;
  /** Files of a folder; undefined for a file. */
  readonly fileCount: number | undefined;
  readonly isExecutable: boolean;
}

/** Record of a stage's last run in dvc.lock. */
export interface StageLock {
  readonly command: string | readonly string[];
  readonly deps: readonly LockedPath[];
  /** Parameters file to key (dotted) to value. */
  readonly params: ReadonlyMap<string, PlainMap>;
  readonly outs: readonly LockedPath[];
}

/**
 * The stages of a dvc.lock, as values.
 *
 * @throws {UserError} DVC_INVALID, or DVC_UNSUPPORTED for another schema than 2.0.
 */
export function lockedStages(value: PlainValue, file: string): PlainMap {
  if (!isPlainMap(value)) throw invalid(file, 'is not a mapping');
  if (value.get('schema') !== '2.0') {
    throw dvcError('DVC_UNSUPPORTED', file, {
      message: `schema ${JSON.stringify(value.get('schema') ?? null)} is not supported: this version reads '2.0'`,
      fix: "Remove it, and run 'dvc commit --force' with DVC 3 on the machine with the outputs: this writes the file again.",
    });
  }
  const stages = value.has('stages') ? value.get('stages') : new Map<string, PlainValue>();
  if (stages === undefined || !isPlainMap(stages)) throw invalid(file, 'stages is not a mapping');
  return stages;
}

/** One stage's entry of `lockedStages`; undefined when the stage never ran. */
export function parseStageLock(stages: PlainMap, name: string, file: string): StageLock | undefined {
  const entry = stages.get(name);
  if (entry === undefined) return undefined;
  if (!isPlainMap(entry)) throw invalid(file, `stage "${name}" is not a mapping`);
  const cmd = entry.get('cmd') ?? '';
  const params = entry.get('params') ?? new Map<string, PlainValue>();
  if (!isPlainMap(params)) throw invalid(file, `stage "${name}": params is not a mapping`);
  return {
    command: isPlainList(cmd) ? cmd.map(String) : String(cmd),
    deps: lockedPaths(entry.get('deps'), file),
    outs: lockedPaths(entry.get('outs'), file),
    params: new Map([...params].map(([name, keys]) => [name, isPlainMap(keys) ? keys : new Map<string, PlainValue>()])),
  };
}

/** Outputs of a stage that can be pulled: flags from dvc.yaml, digests from dvc.lock. */
export function stageOutputs(
  stage: Stage,
  stages: PlainMap,
  lines: ReadonlyMap<string, number> = new Map(),
): readonly TrackedOutput[] {
  const file = lockFileOf(stage);
  const entry = stages.get(stage.name);
  const locked = isPlainMap(entry) ? entry.get('outs') : undefined;
  return stage.outs.map((out) => {
    const found = isPlainList(locked)
      ? locked.findLast((item) => isPlainMap(item) && item.get('path') === out.written)
      : undefined;
    const place = { file, folder: stage.folder, stage: stage.address, lines };
    const record = isPlainMap(found) ? found : new Map<string, PlainValue>([['path', out.written]]);
    const { isCached, isPushed, remote } = out;
    return { ...parseOutput(record, place), isCached, isPushed, remote };
  });
}

/**
 * Outputs of `foreach` and `matrix` stages, by their names in dvc.lock (`train@cnn`): their digests are there, whatever
 * the templates of dvc.yaml say. Flags come from the template's entry that fits the path.
 *
 * @param raw The stages of dvc.yaml as they are written.
 * @param file The dvc.yaml.
 */
export function expandedOutputs(
  raw: PlainMap,
  stages: PlainMap,
  { file, lines }: { readonly file: string; readonly lines: ReadonlyMap<string, number> },
): readonly TrackedOutput[] {
  const lockFile = lockFileOf({ file });
  return [...stages].flatMap(([name, entry]) => {
    const template = raw.get(name.split('@', 1)[0] ?? '');
    if (!name.includes('@') || !isPlainMap(template) || !isPlainMap(entry)) return [];
    const body = template.get('do') ?? template;
    const outs = entry.get('outs');
    if (!isPlainMap(body) || !isPlainList(outs)) return [];
    const wdir = body.get('wdir') ?? '.';
    // A templated working directory is not written to the lock: its outputs cannot be placed.
    if (typeof wdir !== 'string' || wdir.includes('${')) return [];
    const folder = joinRepositoryPath(folderOf(file), wdir, file);
    const stage = addressOf(file, name);
    return outs.filter(isPlainMap).map((out) => {
      const flags = templateFlags(body, String(out.get('path')));
      return { ...parseOutput(out, { file: lockFile, folder, stage, lines }), ...flags };
    });
  });
}

function templateFlags(body: PlainMap, path: string) {
  for (const key of ['outs', 'metrics', 'plots']) {
    const entries = body.get(key);
    const named = (isPlainList(entries) ? entries : []).flatMap((entry): [PlainValue, PlainValue?][] =>
      isPlainMap(entry) ? [...entry] : [[entry]],
    );
    for (const [written, options] of named) {
      if (typeof written !== 'string' || !fits(written, path)) continue;
      const flag = (name: string): PlainValue | undefined => (isPlainMap(options) ? options.get(name) : undefined);
      const remote = flag('remote');
      return {
        isCached: flag('cache') !== false,
        isPushed: flag('push') !== false,
        remote: typeof remote === 'string' ? remote : undefined,
      };
    }
  }
  return {};
}

/** True if a path can come of a template: `${…}` represents anything. */
function fits(template: string, path: string): boolean {
  const source = template.split(/\$\{[^}]*\}/).map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${source.join('.+')}$`, 'u').test(path);
}

/** The dvc.lock next to a stage's dvc.yaml. */
export function lockFileOf(stage: Pick<Stage, 'file'>): string {
  const folder = folderOf(stage.file);
  return folder === '' ? 'dvc.lock' : `${folder}/dvc.lock`;
}

/** As DVC reads them: of entries with the same path the last one. */
function lockedPaths(value: PlainValue | undefined, file: string): readonly LockedPath[] {
  if (!isPlainList(value)) return [];
  const byPath = new Map<PlainValue | undefined, PlainMap>();
  for (const item of value) {
    if (!isPlainMap(item)) throw invalid(file, 'an entry of deps or outs is not a mapping');
    byPath.set(item.get('path'), item);
  }
  return [...byPath.values()].flatMap((item): LockedPath[] => {
    const path = item.get('path');
    const md5 = item.get('md5');
    // An entry without MD5 (an external path, an old lock) counts as changed.
    if (typeof path !== 'string' || md5 === undefined || item.get('hash') !== 'md5') return [];
    const files = item.get('nfiles');
    return [
      {
        path,
        md5: String(md5),
        sizeBytes: Number(item.get('size') ?? 0),
        fileCount: files === undefined ? undefined : Number(files),
        isExecutable: item.get('isexec') === true,
      },
    ];
  });
}

function invalid(file: string, what: string): Error {
  return dvcError('DVC_INVALID', file, {
    message: what,
    fix: "Restore it from Git, or remove it and run 'dvc repro'.",
  });
}
