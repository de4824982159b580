import { UserError } from '../../errors.ts';
import { refuseOtherKeys } from '../data/known-keys.ts';
import { isPlainList, isPlainMap, type PlainMap, type PlainValue } from '../data/plain-value.ts';
import { folderOf, joinRepositoryPath } from '../data/repository-path.ts';
import type { OptionStyle } from './command-options.ts';
import { expandStage } from './expand-stages.ts';
import { addressOf } from './stage-address.ts';
import { invalid, listOf, localPath, type StagePath, type StagePlace } from './stage-entries.ts';
import { refuseUnknownKeys } from './stage-keys.ts';
import { parseStageOutputs, type StageOutput } from './stage-outputs.ts';
import { resolveTemplate, resolveText, type TemplateContext } from './stage-template.ts';
import { addAll, type Variables } from './stage-variables.ts';

/** A stage of dvc.yaml, its templates resolved. */
export interface Stage {
  /** `train`, or `sub/dvc.yaml:train` for a file that is not at the root. */
  readonly address: string;
  /** As in its file. */
  readonly name: string;
  /** Path of its dvc.yaml. */
  readonly file: string;
  /** Working directory of its commands and base of its paths, relative to the root; `''` is the root. */
  readonly folder: string;
  /** One command or a list, as dvc.lock repeats it. */
  readonly command: string | readonly string[];
  readonly deps: readonly StagePath[];
  readonly params: readonly StageParams[];
  readonly outs: readonly StageOutput[];
  readonly isFrozen: boolean;
  readonly isAlwaysChanged: boolean;
}

/** Keys of a parameters file that a stage depends on; undefined for all of it. */
export interface StageParams extends StagePath {
  readonly keys: readonly string[] | undefined;
}

/** Content of a dvc.yaml: its stages, and the reasons why others cannot be read. */
export interface Pipeline {
  readonly stages: readonly Stage[];
  readonly refusals: readonly UserError[];
}

/** The keys of a dvc.yaml, as in DVC 3's schema.py. */
const FILE_SCHEMA = {
  keys: ['stages', 'vars', 'params', 'metrics', 'plots', 'artifacts', 'datasets'],
  flags: [],
};
/** The file that parameters without a file come from. */
export const DEFAULT_PARAMS = 'params.yaml';

/**
 * Reads the stages of a dvc.yaml.
 *
 * @param place Its path, relative to the repository root, and what `${…}` may name.
 * @returns Stages with foreach, matrix or vars that cannot be read become refusals: anyone who needs all stages throws them.
 * @throws {UserError} DVC_INVALID, or DVC_UNSUPPORTED by name for what else is not handled yet.
 */
export async function parsePipeline(value: PlainValue, place: PipelinePlace): Promise<Pipeline> {
  const { file } = place;
  if (!isPlainMap(value)) throw invalid(file, 'is not a mapping');
  refuseOtherKeys(value, FILE_SCHEMA, { file, what: '' });
  const stages = value.get('stages');
  if (stages === undefined || stages === null) return { stages: [], refusals: [] };
  if (!isPlainMap(stages)) throw invalid(file, 'stages is not a mapping');
  const parsed: Stage[] = [];
  const refusals: UserError[] = [];
  for (const [name, stage] of stages) {
    if (!isPlainMap(stage)) throw invalid(file, `stage "${name}" is not a mapping`);
    refuseUnknownKeys(name, stage, file);
    try {
      parsed.push(...(await parseStages(name, stage, place)));
    } catch (error) {
      // What such a stage made is in dvc.lock all the same.
      if (!(error instanceof UserError) || !isExpanded(stage)) throw error;
      refusals.push(error);
    }
  }
  return { stages: parsed, refusals };
}

function isExpanded(stage: PlainMap): boolean {
  return ['foreach', 'matrix', 'vars'].some((key) => stage.has(key));
}

/** The stages of one entry of dvc.yaml. */
async function parseStages(name: string, raw: PlainMap, place: PipelinePlace): Promise<readonly Stage[]> {
  const { file, variables } = place;
  const stages: Stage[] = [];
  for (const { name: own, stage, added } of expandStage(name, raw, { file, values: variables.values })) {
    const context = { file, values: new Map([...variables.values, ...added]) };
    const vars = stage.get('vars') ?? [];
    const wdir = resolveTemplate(stage.get('wdir') ?? '.', context);
    const folder = joinRepositoryPath(folderOf(file), String(wdir), file);
    const known = { values: context.values, loaded: variables.loaded };
    const { values } = await addAll(known, vars, { file, folder, load: place.load });
    const rest = new Map([...stage].filter(([key]) => key !== 'vars'));
    stages.push(parseStage(own, rest, { file, values, style: place.style }));
  }
  return stages;
}

/** Source of stages. */
export interface PipelinePlace {
  readonly file: string;
  readonly variables: Variables;
  /** Spelling of mappings in commands. */
  readonly style: OptionStyle;
  /** The value of a file of the repository; undefined where there is none. */
  readonly load: (path: string) => Promise<PlainValue | undefined>;
}

type CommandContext = Required<TemplateContext>;

function parseStage(name: string, raw: PlainMap, place: CommandContext): Stage {
  const { file } = place;
  const { command, rest } = resolveCommand(name, raw, place);
  const wdir = rest.get('wdir') ?? '.';
  if (typeof wdir !== 'string') throw invalid(file, `stage "${name}": wdir is not a text`);
  const folder = joinRepositoryPath(folderOf(file), wdir, file);
  const at = (written: string): StagePath => ({ written, path: joinRepositoryPath(folder, written, file) });
  return {
    address: addressOf(file, name),
    name,
    file,
    folder,
    command,
    deps: listOf(rest, 'deps', { name, file }).map((dep) => at(localPath(dep, file))),
    params: parseParams(rest, { name, file }, at),
    outs: parseStageOutputs(rest, { name, file }, folder),
    isFrozen: rest.get('frozen') === true,
    isAlwaysChanged: rest.get('always_changed') === true,
  };
}

function resolveCommand(name: string, raw: PlainMap, place: CommandContext) {
  const cmd = raw.get('cmd');
  const lines = isPlainList(cmd) ? cmd : [cmd];
  const texts = lines.map((line) => {
    if (typeof line !== 'string')
      throw invalid(place.file, `stage "${name}" has no cmd that is a text or a list of texts`);
    refuseBareMapping(line, place);
    return resolveText(line, place);
  });
  const { style: _, ...other } = place;
  const rest = resolveTemplate(new Map([...raw].filter(([key]) => key !== 'cmd')), other);
  if (!isPlainMap(rest)) throw invalid(place.file, `stage "${name}" is not a mapping`);
  return { command: isPlainList(cmd) ? texts : (texts[0] ?? ''), rest };
}

/** DVC writes a mapping into a command, and takes none for one. */
function refuseBareMapping(line: string, place: CommandContext): void {
  if (!/^\$\{[^}]*\}$/.test(line) || !isPlainMap(resolveTemplate(line, place))) return;
  throw invalid(place.file, `the cmd ${line} is a mapping, not a command`);
}

function parseParams(stage: PlainMap, place: StagePlace, at: (written: string) => StagePath): readonly StageParams[] {
  const keysOf = new Map<string, readonly string[] | undefined>();
  for (const entry of listOf(stage, 'params', place)) {
    if (typeof entry === 'string') {
      const isWhole = keysOf.has(DEFAULT_PARAMS) && keysOf.get(DEFAULT_PARAMS) === undefined;
      keysOf.set(DEFAULT_PARAMS, isWhole ? undefined : [...(keysOf.get(DEFAULT_PARAMS) ?? []), entry]);
    } else if (isPlainMap(entry)) {
      for (const [file, keys] of entry) {
        const isWhole = keysOf.has(file) && keysOf.get(file) === undefined;
        keysOf.set(file, isWhole ? undefined : paramKeys(keys, keysOf.get(file), place));
      }
    } else throw invalid(place.file, `stage "${place.name}": an entry of params is neither a key nor a file`);
  }
  return [...keysOf].map(([file, keys]) => ({ ...at(file), keys }));
}

function paramKeys(keys: PlainValue, before: readonly string[] | undefined, place: StagePlace) {
  if (keys === null || (isPlainList(keys) && keys.length === 0)) return undefined;
  const names = isPlainList(keys) ? keys.filter((key) => typeof key === 'string') : [];
  if (names.length === 0) throw invalid(place.file, `stage "${place.name}": params of a file are not a list of keys`);
  return [...(before ?? []), ...names];
}
