import { optionStyle, parseDvcConfig } from '../../domain/data/dvc-config.ts';
import { isPlainMap } from '../../domain/data/plain-value.ts';
import { folderOf } from '../../domain/data/repository-path.ts';
import { DEFAULT_PARAMS, parsePipeline, type Stage } from '../../domain/train/pipeline.ts';
import type { ParsePlainText } from '../../domain/train/recorded-stage.ts';
import { readVariables } from '../../domain/train/stage-variables.ts';

/** Reads files of a commit, and their YAML. */
export interface CommittedTexts {
  /** Undefined where there is no such file. */
  readonly read: (path: string) => Promise<string | undefined>;
  readonly parse: ParsePlainText;
}

/**
 * The stages of a dvc.yaml of a commit, their templates resolved; those that cannot be read are left out.
 *
 * @returns None where there is no such file.
 * @throws {UserError} DVC_INVALID, DVC_UNSUPPORTED.
 */
export async function readCommittedStages(file: string, { read, parse }: CommittedTexts): Promise<readonly Stage[]> {
  const text = await read(file);
  if (text === undefined) return [];
  const value = await parse(text, file);
  const load = async (path: string) => {
    const other = await read(path);
    return other === undefined ? undefined : ((await parse(other, path)) ?? new Map());
  };
  const vars = isPlainMap(value) ? (value.get('vars') ?? []) : [];
  const variables = await readVariables(vars, DEFAULT_PARAMS, { file, folder: folderOf(file), load });
  const configFile = '.dvc/config';
  const config = await read(configFile);
  const sections = config === undefined ? new Map() : parseDvcConfig(config, { file: configFile, folder: '/.dvc' });
  return (await parsePipeline(value, { file, variables, style: optionStyle(sections), load })).stages;
}
