import { dvcError } from '../data/dvc-problem.ts';
import { isPlainList, isPlainMap, type PlainMap, PlainTuple, type PlainValue, plainKey } from '../data/plain-value.ts';
import { inFolder, joinRepositoryPath } from '../data/repository-path.ts';
import { requireVariables } from './recordable.ts';

/** Variables for `${…}`, and the files that they come from: undefined for all of a file, else the keys that were taken. */
export interface Variables {
  readonly values: PlainMap;
  readonly loaded: ReadonlyMap<string, readonly string[] | undefined>;
}

/** Source of variables. */
export interface VariablesPlace {
  /** The dvc.yaml, for messages. */
  readonly file: string;
  /** Folder to which paths are relative. */
  readonly folder: string;
  /** The value of a file of the repository; undefined where there is none. */
  readonly load: (path: string) => Promise<PlainValue | undefined>;
}

/** Before anything is read. */
export const NO_VARIABLES: Variables = { values: new Map(), loaded: new Map() };

/**
 * Adds what an entry of `vars` says: a mapping, a file, or `file:key,key`. Mappings of the same name are joined.
 *
 * @throws {UserError} DVC_INVALID for a name that is there already, a file that is absent or no mapping, or one that is read
 *   in two ways.
 */
export async function addVariables(known: Variables, entry: PlainValue, place: VariablesPlace): Promise<Variables> {
  if (holdsTemplate(entry)) throw invalid(place, 'an entry of vars holds a template, which DVC does not fill in there');
  if (isPlainMap(entry)) {
    const named = namedValues(entry);
    requireVariables(named, { file: place.file, entry: 'vars' });
    return { ...known, values: mergeMaps(known.values, named, place) };
  }
  if (typeof entry !== 'string') throw invalid(place, 'an entry of vars is neither a file nor a mapping');
  const [name = '', keyText = ''] = entry.split(/:(.*)/s);
  const keys = keyText.split(',').filter((key) => key !== '');
  const path = joinRepositoryPath(place.folder, name, place.file);
  const isAll = keys.length === 0;
  if (known.loaded.has(path)) {
    const before = known.loaded.get(path);
    if (isAll && before === undefined) return known;
    if (isAll || before === undefined || keys.some((key) => before.includes(key))) {
      throw invalid(place, `vars reads ${entry}, of which a part is already read`);
    }
  }
  const value = await place.load(path);
  if (!isPlainMap(value))
    throw invalid(place, `${path}, which vars names, ${value === undefined ? 'does not exist' : 'is not a mapping'}`);
  const absent = keys.find((key) => !value.has(key));
  if (absent !== undefined) throw invalid(place, `${path} has no ${absent}, which vars names`);
  const chosen = namedValues(isAll ? value : new Map(keys.map((key) => [key, value.get(key) ?? null])));
  requireVariables(chosen, { file: place.file, entry });
  const taken = isAll ? undefined : [...(known.loaded.get(path) ?? []), ...keys];
  return { values: mergeMaps(known.values, chosen, place), loaded: new Map([...known.loaded, [path, taken]]) };
}

/** The variables of a dvc.yaml: params.yaml next to it, then the entries of `vars`. */
export async function readVariables(vars: PlainValue, params: string, place: VariablesPlace): Promise<Variables> {
  const hasParams = (await place.load(inFolder(place.folder, params))) !== undefined;
  const first = hasParams ? await addVariables(NO_VARIABLES, params, place) : NO_VARIABLES;
  return addAll(first, vars, place);
}

/** As `addVariables`, for a list of entries. */
export async function addAll(known: Variables, vars: PlainValue, place: VariablesPlace): Promise<Variables> {
  if (!isPlainList(vars)) throw invalid(place, 'vars is not a list');
  let variables = known;
  for (const entry of vars) variables = await addVariables(variables, entry, place);
  return variables;
}

/** Entries whose keys are not texts are not variables: DVC leaves them out, within mappings too. */
export function namedValues(map: PlainMap): PlainMap {
  const named = [...map].filter(([text]) => typeof plainKey(map, text) === 'string');
  return new Map(named.map(([text, value]) => [text, namedIn(value)]));
}

function namedIn(value: PlainValue): PlainValue {
  if (isPlainMap(value)) return namedValues(value);
  return isPlainList(value) && !(value instanceof PlainTuple) ? value.map(namedIn) : value;
}

function mergeMaps(into: PlainMap, update: PlainMap, place: VariablesPlace): PlainMap {
  const merged = new Map(into);
  for (const [key, value] of update) {
    const before = merged.get(key);
    if (isPlainMap(before) && isPlainMap(value)) merged.set(key, mergeMaps(before, value, place));
    else if (merged.has(key)) throw invalid(place, `vars sets ${key}, which is already set`);
    else merged.set(key, value);
  }
  return merged;
}

function holdsTemplate(value: PlainValue): boolean {
  if (isPlainMap(value)) return [...value].some(([key, entry]) => holdsTemplate(key) || holdsTemplate(entry));
  if (isPlainList(value)) return value.some(holdsTemplate);
  return typeof value === 'string' && /(?<!\\)\$\{.*?\}/.test(value);
}

function invalid({ file }: VariablesPlace, message: string): Error {
  return dvcError('DVC_INVALID', file, { message, fix: "Correct it; 'dvc stage list --fail' checks it." });
}
