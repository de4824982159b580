import { stat } from 'node:fs/promises';
import { filesUnder } from '../../core/adapters/files/file-artifact-hasher.ts';
import type { ChampionToScore } from '../../core/usecases/train/predict-contenders.ts';
import type { ActionContext } from '../action-context.ts';
import { usesGitVersions } from '../git-versions.ts';
import type { LoadedModel } from '../load-model.ts';
import { registeredChampions } from '../registered-versions.ts';

/**
 * The champion, where the judge needs code of the team for its scores: it is not an ONNX model, and the store has no
 * predictions of it for this dataset.
 */
export async function championToScore(
  context: ActionContext,
  loaded: LoadedModel,
  { datasetDigest, token }: { readonly datasetDigest: string; readonly token: string | undefined },
): Promise<ChampionToScore | undefined> {
  const isHosted = context.env.GITHUB_REPOSITORY !== undefined || usesGitVersions(context);
  if (loaded.model.register === undefined || !isHosted) return undefined;
  const champions = await registeredChampions(context, loaded, token);
  const found = await champions.find('auto');
  if (found.kind === 'unreadable') context.log.info(`The champion is not scored: ${found.reason}`);
  if (found.kind !== 'found') return undefined;
  const { history, version, digest, path, commit } = found;
  if (history?.predictions !== undefined && history.judgedOn?.digest === datasetDigest) return undefined;
  // One that its team scored is not run bare, whatever its format is.
  if (history?.predictions === undefined && (await isOnnx(path))) return undefined;
  return {
    digest,
    location: path,
    ...(version === undefined ? {} : { version }),
    ...(commit === undefined ? {} : { commit }),
  };
}

async function isOnnx(location: string): Promise<boolean> {
  const files = (await stat(location)).isDirectory() ? await filesUnder(location) : [location];
  return files.some((file) => file.toLowerCase().endsWith('.onnx'));
}
