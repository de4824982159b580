import { ServiceError, UserError } from '../../core/errors.ts';
import type { VersionCatalog } from '../../core/usecases/registry/version-catalog.ts';
import type { RunClaim } from '../../core/usecases/train/restore-run.ts';
import { vouchesForRun } from '../../core/usecases/train/vouches-for-run.ts';
import type { ActionContext } from '../action-context.ts';
import type { LoadedModel } from '../load-model.ts';
import { openRegisteredVersions } from '../registered-versions.ts';

/**
 * The answers of registered versions about stored runs. Where GitHub cannot be asked none does, and training goes on: a
 * wrong model is worse than a slow one.
 *
 * @param token The input github-token.
 */
export function beliefInRuns(
  context: ActionContext,
  loaded: LoadedModel,
  token: string | undefined,
): { readonly isBelieved: (claim: RunClaim) => Promise<boolean>; readonly hasVersions: () => Promise<boolean> } {
  let opening: Promise<VersionCatalog | undefined> | undefined;
  const ask = async (question: (catalog: VersionCatalog) => Promise<boolean>): Promise<boolean | undefined> => {
    opening ??= openVersions(context, loaded, token);
    const catalog = await opening;
    if (catalog === undefined) return undefined;
    const asked = await orNothing(context, () => question(catalog));
    if (asked === undefined) opening = Promise.resolve(undefined);
    return asked;
  };
  return {
    isBelieved: async (claim) => (await ask((catalog) => vouchesForRun(catalog, claim))) ?? false,
    // Where that is not known the store is asked, and none of its runs is believed.
    hasVersions: async () => (await ask(async (catalog) => (await catalog.active()).length > 0)) ?? true,
  };
}

function openVersions(context: ActionContext, loaded: LoadedModel, token: string | undefined) {
  return orNothing(context, async () => (await openRegisteredVersions(context, loaded, token)).catalog);
}

async function orNothing<T>({ log }: ActionContext, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof UserError) && !(error instanceof ServiceError)) throw error;
    log.notice(`No earlier run is restored, because the registered versions cannot be read: ${error.message}`);
    return undefined;
  }
}
