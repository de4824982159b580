import { refuseOtherKeys } from '../data/known-keys.ts';
import { isPlainList, isPlainMap, type PlainMap, type PlainValue } from '../data/plain-value.ts';
import { outputPath } from '../data/tracked-output.ts';
import { invalid, listOf, localPath, type StagePath, type StagePlace } from './stage-entries.ts';

/** Outputs of a stage. */
export interface StageOutput extends StagePath {
  readonly isCached: boolean;
  readonly isMetric: boolean;
  /** Kept when the stage runs again. */
  readonly isPersisted: boolean;
  readonly isPushed: boolean;
  readonly remote: string | undefined;
}

/** The keys of an entry of outs, metrics or plots, as in DVC 3's schema.py. */
const OUT_SCHEMA = {
  keys: ['desc', 'type', 'labels', 'meta', 'cache', 'persist', 'checkpoint', 'remote', 'push'],
  flags: ['cache', 'persist', 'checkpoint', 'push'],
};
const PLOT_SCHEMA = {
  keys: [...OUT_SCHEMA.keys, 'template', 'x', 'y', 'x_label', 'y_label', 'title', 'header'],
  flags: [...OUT_SCHEMA.flags, 'header'],
};

/** Outputs that a stage of dvc.yaml declares. */
export function parseStageOutputs(stage: PlainMap, place: StagePlace, folder: string): readonly StageOutput[] {
  return ['outs', 'metrics', 'plots'].flatMap((key) => {
    // As DVC has it, an entry may name several outputs, and a path that is named again adds its flags.
    const named = new Map<string, PlainMap>();
    for (const entry of listOf(stage, key, place)) {
      for (const [path, options] of outputEntries(entry, key, place)) {
        named.set(path, new Map([...(named.get(path) ?? []), ...options]));
      }
    }
    return [...named].map(([path, options]) => parseStageOutput(path, options, { key, folder, file: place.file }));
  });
}

function outputEntries(entry: PlainValue, key: string, { name, file }: StagePlace): [string, PlainMap][] {
  if (typeof entry === 'string') return [[entry, new Map()]];
  if (!isPlainMap(entry)) throw invalid(file, `stage "${name}": an entry of ${key} has no path`);
  return [...entry].map(([path, options]) => {
    const what = `stage "${name}": ${path}`;
    // Several plots of one file.
    const maps = key === 'plots' && isPlainList(options) ? options : [options];
    const [first = new Map<string, PlainValue>()] = maps.map((map) => {
      if (!isPlainMap(map)) throw invalid(file, `${what} of ${key} has flags that are not a mapping`);
      refuseOtherKeys(map, key === 'plots' ? PLOT_SCHEMA : OUT_SCHEMA, { file, what });
      return map;
    });
    return [path, first];
  });
}

function parseStageOutput(
  path: string,
  options: PlainMap,
  { key, folder, file }: { readonly key: string; readonly folder: string; readonly file: string },
): StageOutput {
  const remote = options.get('remote');
  return {
    written: localPath(path, file),
    path: outputPath(folder, localPath(path, file), file),
    isMetric: key === 'metrics',
    isCached: options.get('cache') !== false,
    isPersisted: options.get('persist') === true,
    isPushed: options.get('push') !== false,
    remote: typeof remote === 'string' ? remote : undefined,
  };
}
