import type { EnvironmentFacts } from './environment-facts.ts';
import { renderWorkflows, type WorkflowValues } from './fill-workflows.ts';
import type { ExistingModel } from './propose-config.ts';
import { setupSteps } from './python-setup.ts';
import { isSameWorkflow, setupIn } from './several-models.ts';

/** The workflows of models that are there already, before another model joins them. */
export interface SharedWorkflows {
  /** The steps that set up Python, as the team has them; undefined: there are none yet. */
  readonly setup: string | undefined;
  /** Files that are as init wrote them, but for those steps and the versions of actions: they can be written again. */
  readonly asWritten: readonly string[];
  /** Sentences on what is left to a person. */
  readonly notes: readonly string[];
}

/**
 * Compares the workflows of a repository with those that init writes for its models.
 *
 * @param read The text of a file of the repository; undefined where there is none.
 */
export async function findSharedWorkflows(
  read: (path: string) => Promise<string | undefined>,
  of: {
    readonly branch: string;
    readonly others: readonly ExistingModel[];
    /** The model that joins them. */
    readonly model: string;
    readonly environment: EnvironmentFacts;
  },
): Promise<SharedWorkflows> {
  const text = of.others.length === 0 ? undefined : await read('.github/workflows/model-ci.yml');
  const setup = text === undefined ? undefined : setupIn(text);
  if (setup === undefined) return { setup, asWritten: [], notes: [] };
  const written = await Promise.all(candidates(of, setup).map(renderWorkflows));
  const asWritten: string[] = [];
  for (const path of new Set(written.flat().map((file) => file.path))) {
    const there = await read(path);
    if (there === undefined) continue;
    const isOurs = written.some((files) =>
      files.some((file) => file.path === path && isSameWorkflow(file.text, there)),
    );
    if (isOurs) asWritten.push(path);
  }
  const isEnough = setup === setupSteps(of.environment).join('\n');
  const note = `The workflows set up Python as they did before. If ${of.model} needs other packages, add a step with if: matrix.model == '${of.model}' to the job train of both.`;
  return { setup, asWritten, notes: isEnough ? [] : [note] };
}

/** Values that init may have had when it wrote the workflows of these models. */
function candidates(
  { branch, others }: { readonly branch: string; readonly others: readonly ExistingModel[] },
  setup: string,
): readonly WorkflowValues[] {
  const shared = { branch, update: undefined, watch: false, setup };
  // Only whether the store is a package of GitHub makes a difference, and with several models no name is in them.
  const elsewhere = others.find(({ store }) => store?.startsWith('oci://ghcr.io/') === false)?.store;
  const stores = [undefined, elsewhere];
  return others
    .slice(0, 1)
    .flatMap(({ name: model }) =>
      stores.flatMap((store) =>
        [true, false].map((image) => ({ ...shared, model, store, image, models: others.length })),
      ),
    );
}
