import { resolve } from 'node:path';
import type { DataProject } from '../../core/domain/data/data-project.ts';
import { inFolder, isWithin } from '../../core/domain/data/repository-path.ts';
import type { DataCache } from '../../core/ports/data/data-cache.ts';
import type { SourceTree } from '../../core/ports/data/source-tree.ts';
import type { ActionContext } from '../action-context.ts';
import type { LoadedModel } from '../load-model.ts';
import { findMadeFiles, judgedPaths } from '../made-files.ts';
import { packModel, uploadModel } from '../model-artifact.ts';
import type { RunArtifact } from '../workflow-artifact.ts';
import { packRecording, type Recording } from './record-training.ts';

/** Facts about which files every job has. */
export interface HandOverPorts {
  readonly readProject: () => Promise<DataProject>;
  readonly sources: SourceTree;
  /** The working directory, relative to the root of both. */
  readonly folder: string;
}

/** The record of a training that comes back to the repository, and the cache that has its objects. */
export interface Recorded {
  readonly recording: Recording | undefined;
  readonly cache: DataCache;
}

/**
 * Uploads what training made for the job that judges: the artifact, the run report, and those files that judging reads
 * and that neither Git nor a `.dvc` file brings there.
 *
 * @returns Null where there is no runner to upload to.
 */
export async function handOver(
  context: ActionContext,
  { name, model }: LoadedModel,
  { readProject, sources, folder, ...others }: HandOverPorts & Partial<Recorded>,
): Promise<RunArtifact | null> {
  const { outputs } = await readProject();
  const inGit = new Set(await sources.files());
  const pulled = outputs.filter(({ stage, isCached }) => stage === undefined && isCached);
  const isBrought = (file: string) => {
    const path = inFolder(folder, file);
    return inGit.has(path) || pulled.some((output) => isWithin(path, output.path));
  };
  const files = await findMadeFiles(context.workingDirectory, judgedPaths(model), isBrought);
  if (files.length > 0) context.log.info(`For the judging job, in addition to ${model.artifact}: ${files.join(', ')}`);
  const artifact = { location: resolve(context.workingDirectory, model.artifact), path: model.artifact };
  await packModel(context, name, { artifact, files });
  if (others.recording !== undefined && others.cache !== undefined) {
    await packRecording(context, name, { ...others.recording, cache: others.cache });
  }
  return uploadModel(context, name);
}
