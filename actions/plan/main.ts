import { GitChangedFiles } from '../../core/adapters/git/git-changed-files.ts';
import { GitCommit } from '../../core/adapters/git/git-commit.ts';
import { selectModel } from '../../core/config/parse-config.ts';
import { changedReads, type PlannedModel } from '../../core/domain/plan/affected-models.ts';
import { CONFIG_FILE } from '../../core/domain/policy/config-file.ts';
import { runWorkflowPath, workflowPath } from '../../core/domain/registry/release-run.ts';
import { ServiceError, UserError } from '../../core/errors.ts';
import { renderPlan } from '../../core/render/plan.ts';
import type { ActionContext } from '../action-context.ts';
import { openCommit } from '../commit.ts';
import { findDvc } from '../find-dvc.ts';
import { readInputs } from '../inputs.ts';
import { openRegisteredVersions } from '../registered-versions.ts';
import { chooseBase, type PlanBase } from './choose-base.ts';
import { inputs } from './inputs.ts';
import { outputs } from './outputs.ts';
import { type PlannedCommit, type PlanPlace, readPlannedCommit } from './read-commit.ts';

/** GitHub's limit of jobs of one matrix. */
const MOST_MODELS = 256;

/** Decides which models a change affects. */
export async function main(context: ActionContext): Promise<void> {
  const values = readInputs(inputs, context);
  const commit = await openCommit(context);
  if (commit === undefined) {
    throw new UserError('COMMIT_UNREADABLE', 'the working directory is in no repository with a commit', {
      fix: 'Run actions/checkout before this step.',
    });
  }
  const place = placeOf(context);
  const head = await readPlannedCommit(commit, place);
  const base = await chooseBase(context, commit, values.base);
  const names =
    values.model === undefined ? Object.keys(head.config.models) : [selectModel(head.config, values.model).name];
  const look: Look = { context, place, head, base, token: values['github-token'] };
  const before = base.kind === 'commit' ? await readBase(base.commit, place) : undefined;
  const planned: PlannedModel[] = [];
  for (const name of names) planned.push(await planModel(name, look, before));
  warnOfRemoved(context, head, before);
  await warnOfUncommitted(context, commit);
  await tell(context, head, planned);
}

interface Look {
  readonly context: ActionContext;
  readonly place: PlanPlace;
  readonly head: PlannedCommit;
  readonly base: PlanBase;
  readonly token: string | undefined;
}

/** The models of the base; or why they cannot be read, so that each of them counts as changed. */
type Before = PlannedCommit | { readonly reason: string };

function placeOf(context: ActionContext): PlanPlace {
  const { env, workingDirectory } = context;
  const path = runWorkflowPath({ repository: env.GITHUB_REPOSITORY, workflowRef: env.GITHUB_WORKFLOW_REF });
  const top = env.GITHUB_WORKSPACE ?? workingDirectory;
  return { workingDirectory, dvc: findDvc(context), workflow: path === undefined ? undefined : { top, path } };
}

async function planModel(name: string, look: Look, before: Before | undefined): Promise<PlannedModel> {
  const { base } = look;
  const affected = (reason: string) => ({ model: name, isAffected: true, reason });
  if (base.kind === 'none') return affected(base.reason);
  const elsewhere = base.kind === 'registered' ? registeredElsewhere(name, look) : undefined;
  if (elsewhere !== undefined) return { model: name, isAffected: false, reason: elsewhere };
  const found =
    base.kind === 'registered' ? await registered(name, look) : { before, as: base.commit.sha.slice(0, 12) };
  if ('reason' in found) return affected(found.reason);
  if (found.before === undefined || 'reason' in found.before) return affected(found.before?.reason ?? 'no base');
  if (found.before.config.models[name] === undefined) return affected(`it is new in ${CONFIG_FILE}`);
  // A version is registered once for the same training, however it is judged.
  const scope = base.kind === 'registered' ? 'training' : 'judgement';
  const why = changedReads(await found.before.readsOf(name, scope), await look.head.readsOf(name, scope));
  if (why !== undefined) return affected(why);
  return { model: name, isAffected: false, reason: `nothing that it reads has changed since ${found.as}` };
}

/** Why this workflow has no version of a model to register: a release of it would be refused. */
function registeredElsewhere(name: string, { head, place }: Look): string | undefined {
  const { register } = selectModel(head.config, name).model;
  if (register === undefined) return `${CONFIG_FILE} has no register for it`;
  const { workflow } = register;
  if (place.workflow === undefined || place.workflow.path === workflowPath(workflow)) return undefined;
  return `its versions are registered by ${workflow}`;
}

/** The commit of the newest version that is believed: a forged tag skips no release. */
async function registered(
  name: string,
  { context, place, head, token }: Look,
): Promise<{ readonly before: Before; readonly as: string } | { readonly reason: string }> {
  const { model } = selectModel(head.config, name);
  try {
    const loaded = { config: head.config, placeOf: () => ({ file: CONFIG_FILE }), text: '', name, model };
    const { catalog } = await openRegisteredVersions(context, loaded, token);
    const version = await catalog.newest();
    if (version === undefined) return { reason: 'no version is registered yet' };
    const checkOut = { directory: context.workingDirectory, env: context.env };
    const commit = await GitCommit.named(checkOut, version.commit);
    if (commit === undefined) return { reason: `the repository does not have the commit of v${version.version}` };
    return { before: await readBase(commit, place), as: `v${version.version}` };
  } catch (error) {
    if (!(error instanceof UserError) && !(error instanceof ServiceError)) throw error;
    return { reason: `the registered versions cannot be read: ${error.message}` };
  }
}

async function readBase(commit: GitCommit, place: PlanPlace): Promise<Before> {
  try {
    return await readPlannedCommit(commit, place);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { reason: `the base: ${error.message}` };
  }
}

/** Nothing can judge a model that is gone: a person has to see that it is. */
function warnOfRemoved({ log }: ActionContext, head: PlannedCommit, before: Before | undefined): void {
  if (before === undefined || 'reason' in before) return;
  for (const name of Object.keys(before.config.models)) {
    if (head.config.models[name] !== undefined) continue;
    log.warning({
      message: `this change removes the model ${name}, so that it is not judged any more`,
      fix: `Review that, or put models.${name} back.`,
      place: { file: CONFIG_FILE },
    });
  }
}

/** On a laptop a change is often not committed yet; in a workflow there is none but what steps made. */
async function warnOfUncommitted({ log, env, workingDirectory }: ActionContext, { sha }: GitCommit): Promise<void> {
  if (env.GITHUB_EVENT_NAME || env.CI) return;
  const [first, ...more] = (await new GitChangedFiles(workingDirectory, env).list([''])) ?? [];
  if (first === undefined) return;
  const others = more.length === 0 ? '' : ` and ${more.length} more`;
  log.warning({
    message: `${JSON.stringify(first)}${others} are not as in commit ${sha.slice(0, 12)}, and only that commit was looked at`,
    fix: 'Commit them to plan with them.',
  });
}

async function tell(
  context: ActionContext,
  { config }: PlannedCommit,
  planned: readonly PlannedModel[],
): Promise<void> {
  const models = planned.filter(({ isAffected }) => isAffected).map(({ model }) => model);
  if (models.length > MOST_MODELS) {
    throw new UserError(
      'INPUT_INVALID',
      `${models.length} models are affected, and a matrix has at most ${MOST_MODELS}`,
      {
        fix: 'Split the models into several folders with a tidegate.yaml each, and set working-directory.',
      },
    );
  }
  for (const { model, isAffected, reason } of planned) {
    context.log.info(`${model}: ${isAffected ? 'affected' : 'not affected'}, ${reason}`);
  }
  outputs.write(context, {
    models: JSON.stringify(models),
    'image-models': JSON.stringify(models.filter((name) => config.models[name]?.image !== undefined)),
    reasons: JSON.stringify(
      Object.fromEntries(planned.map(({ model, isAffected, reason }) => [model, { affected: isAffected, reason }])),
    ),
  });
  await context.appendSummary(renderPlan(planned));
  context.log.info(
    models.length === 0
      ? 'Nothing to judge: no model is affected'
      : `${models.length} of ${planned.length} models are affected: ${models.join(', ')}`,
  );
}
