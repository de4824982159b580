import { UserError } from '../../errors.ts';
import { isWithin } from '../data/repository-path.ts';
import { nearest } from '../text/nearest.ts';
import type { Pipeline, Stage } from './pipeline.ts';
import { isOfGroup, stageAddress, stageNameFrom } from './stage-address.ts';

/**
 * Stages and all stages that make what they read, in an order in which they can run.
 *
 * @param names Stages as DVC names them in the folder. A file (`sub/dvc.yaml`) is none.
 * @param folder Relative to the root; `''` is the root.
 * @throws {UserError} The first refusal, INPUT_INVALID for an unknown stage, DVC_INVALID for stages that wait for each other.
 */
export function upstreamStages(
  { stages, refusals }: Pipeline,
  names: readonly string[],
  folder = '',
): readonly Stage[] {
  // A stage that cannot be read may make what these read.
  const [refusal] = names.length === 0 ? [] : refusals;
  if (refusal !== undefined) throw refusal;
  const ordered: Stage[] = [];
  const open = new Set<string>();
  const visit = (stage: Stage): void => {
    if (ordered.includes(stage)) return;
    if (open.has(stage.address)) {
      throw new UserError('DVC_INVALID', `stages wait for each other: ${[...open, stage.address].join(' -> ')}`, {
        fix: 'Remove one of the dependencies in dvc.yaml.',
        place: { file: stage.file },
      });
    }
    open.add(stage.address);
    for (const before of stagesBefore(stages, stage)) visit(before);
    open.delete(stage.address);
    ordered.push(stage);
  };
  for (const name of names) for (const stage of stagesNamed(stages, name, folder)) visit(stage);
  return ordered;
}

/** The stages that make something that a stage reads; none for one that is frozen, which never reads. */
export function stagesBefore(stages: readonly Stage[], stage: Stage): readonly Stage[] {
  if (stage.isFrozen) return [];
  const read = [...stage.deps, ...stage.params].map(({ path }) => path);
  return stages.filter((other) =>
    other.outs.some((out) => read.some((path) => isWithin(path, out.path) || isWithin(out.path, path))),
  );
}

/** The stage of a name, or all that `foreach` or `matrix` made of it. */
function stagesNamed(stages: readonly Stage[], name: string, folder: string): readonly Stage[] {
  const wanted = stageAddress(folder, name);
  const found = stages.filter(({ address }) => wanted !== undefined && isOfGroup(address, wanted));
  if (found.length > 0) return found;
  const known = stages.map((stage) => stageNameFrom(folder, stage.address));
  const near = nearest(name, known);
  throw new UserError('INPUT_INVALID', `dvc.yaml has no stage "${name}"`, {
    fix: near === undefined ? `Use one of: ${known.join(', ') || '(no stages)'}.` : `Did you mean "${near}"?`,
  });
}
