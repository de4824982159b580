import { type ConfigSections, optionStyle } from '../data/dvc-config.ts';
import { isPlainMap, type PlainValue } from '../data/plain-value.ts';
import { folderOf } from '../data/repository-path.ts';
import { DEFAULT_PARAMS, type Pipeline, parsePipeline } from './pipeline.ts';
import { readVariables } from './stage-variables.ts';

/** Surroundings of a dvc.yaml. */
export interface PipelineFile {
  /** Path of the dvc.yaml. */
  readonly file: string;
  /** DVC's configuration: how commands are written. */
  readonly config: ConfigSections;
  /** Reads a file of variables or parameters; undefined where it is not there. */
  readonly load: (path: string) => Promise<PlainValue | undefined>;
}

/**
 * The stages of a dvc.yaml, with the variables of its templates.
 *
 * @throws {UserError} DVC_INVALID, DVC_UNSUPPORTED.
 */
export async function readPipeline(value: PlainValue, { file, config, load }: PipelineFile): Promise<Pipeline> {
  const vars = isPlainMap(value) ? (value.get('vars') ?? []) : [];
  const variables = await readVariables(vars, DEFAULT_PARAMS, { file, folder: folderOf(file), load });
  return parsePipeline(value, { file, variables, style: optionStyle(config), load });
}
