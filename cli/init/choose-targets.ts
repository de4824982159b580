import type { FoundTarget } from './manifest-facts.ts';
import type { RepositoryFacts } from './repository-facts.ts';

/** Targets that are written: the model's address, or an image that a workflow can push. */
export function targetsOf(
  { targets: all }: RepositoryFacts,
  { model, folder, notes }: { readonly model: string; readonly folder: string; readonly notes: string[] },
): readonly FoundTarget[] {
  const targets = ownTargets(all, `${model} ${folder}`);
  if (targets.length < all.length)
    notes.push(
      `Of ${all.length} places in manifests, ${targets.length} belong to ${model} by their names. Others are added under environments.`,
    );
  const byUri = targets.filter(({ takesUri }) => takesUri);
  if (byUri.length > 0) return byUri;
  // An image's name has a registry that a workflow can log in to; that of a workload is the app's own image.
  const isOwn = ({ target, image }: FoundTarget) =>
    image !== undefined && /^[^/]*[.:][^/]*\//.test(image) && (target.kind === undefined || target.image !== undefined);
  const written = targets.filter(isOwn);
  const left = targets.filter((target) => !written.includes(target));
  if (left.length > 0) {
    const [{ target }] = [left[0] ?? { target: { file: '' } }];
    notes.push(
      `${target.file} names an image that has the model in it, so no environment is written. To deploy the judged bytes, let the app read the address in MODEL_URI and add that variable to the manifest, or add the app's image as image.base (docs/guide/promotion.md).`,
    );
  }
  return written;
}

/** Targets of the model: all of them, or those called like it where an environment has several workloads. */
function ownTargets(targets: readonly FoundTarget[], name: string): readonly FoundTarget[] {
  const words = name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 3);
  const called = ({ target }: FoundTarget) => `${target.name ?? ''} ${target.image ?? ''} ${target.file}`.toLowerCase();
  const named = (environment: string) =>
    new Set(
      targets
        .filter((one) => one.environment === environment)
        .map(({ target }) => target.name ?? target.image ?? target.file),
    );
  return targets.filter((one) => named(one.environment).size < 2 || words.some((word) => called(one).includes(word)));
}
