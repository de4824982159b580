import { parseDvcConfig } from '../../domain/data/dvc-config.ts';
import type { Stage } from '../../domain/train/pipeline.ts';
import { readPipeline } from '../../domain/train/read-pipeline.ts';
import type { ParsePlainText } from '../../domain/train/recorded-stage.ts';

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
  const configFile = '.dvc/config';
  const config = await read(configFile);
  const sections = config === undefined ? new Map() : parseDvcConfig(config, { file: configFile, folder: '/.dvc' });
  return (await readPipeline(value, { file, config: sections, load })).stages;
}
