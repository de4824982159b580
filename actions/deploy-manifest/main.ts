import { proposedIn } from '../../core/domain/promotion/deployment-outcome.ts';
import { UserError } from '../../core/errors.ts';
import { describeDeployment, renderDeployment } from '../../core/render/promotion/deployment.ts';
import { selectEnvironment } from '../../core/usecases/promote/deploy-version.ts';
import type { ActionContext } from '../action-context.ts';
import { type InputValues, readInputs } from '../inputs.ts';
import { loadModel } from '../load-model.ts';
import { openRegisteredVersions } from '../registered-versions.ts';
import { chooseVersion } from './choose-version.ts';
import { type DeployMode, type Deployment, deploy } from './deploy.ts';
import { deployFile } from './deploy-file.ts';
import { inputs } from './inputs.ts';
import { outputs } from './outputs.ts';
import { writeDiff } from './write-diff.ts';

/** Sets a version in the manifests of an environment, or checks that they hold it. */
export async function main(context: ActionContext): Promise<void> {
  const values = readInputs(inputs, context);
  const mode = values.mode ?? 'write';
  if (values.file !== undefined) return deployFile(context, values.file, values);
  const wanted = requireEnvironment(values.environment);
  refuseFileInputs(values);
  const loaded = await loadModel(context, values.model);
  const environment = selectEnvironment(loaded.model.environments, wanted);
  const token = values['github-token'];
  const registered = await openRegisteredVersions(context, loaded, token);
  const version = await chooseVersion(context, registered, { model: loaded.name, wanted: values['model-version'] });
  const { catalog } = registered;
  const done = await deploy(mode, context, { model: loaded.name, environment, version, catalog, token });
  const pullRequest = proposedIn(done.outcome);
  const diffPath = await writeDiff(context, loaded.name, done.edits);
  outputs.write(context, {
    changed: done.edits.length > 0,
    'changed-files': done.edits.map(({ file }) => file).join('\n'),
    'diff-path': diffPath,
    'pull-request-number': pullRequest ?? null,
  });
  const told = { model: loaded.name, environment: environment.name, version, edits: done.edits };
  await context.appendSummary(renderDeployment({ ...told, pullRequest }));
  tell(context, { mode, done, what: `${loaded.name} v${version.version} in ${environment.name}` });
}

/** Keys of a file would be ignored: another version would run than the one that was named. */
function refuseFileInputs(values: InputValues<typeof inputs>): void {
  const given = (['kind', 'name', 'path', 'image-reference', 'artifact-uri'] as const).filter(
    (input) => values[input] !== undefined,
  );
  if (given.length === 0) return;
  throw new UserError('INPUT_INVALID', `the inputs ${given.join(', ')} need the input file`, {
    fix: 'Set file instead of environment, or remove them; model-version chooses the version of an environment.',
  });
}

function requireEnvironment(environment: string | undefined): string {
  if (environment !== undefined) return environment;
  throw new UserError('INPUT_INVALID', 'neither input environment nor input file is set', {
    fix: 'Set environment: a name in tidegate.yaml, or file with kind and name, or path.',
  });
}

function tell(
  context: ActionContext,
  { mode, done, what }: { mode: DeployMode; done: Deployment; what: string },
): void {
  const { edits, outcome, warnings } = done;
  for (const { file, line, column, message, fix } of warnings) {
    context.log.warning({ message, fix, place: { file, line, column } });
  }
  const files = edits.map(({ file }) => file).join(', ');
  if (mode === 'pull-request') context.log.info(`${what}: ${describeDeployment(outcome)}`);
  else if (edits.length === 0) context.log.info(`The manifests have ${what}: nothing to change`);
  else if (mode !== 'check') context.log.info(`${what}: ${describeDeployment(outcome)}: ${files}`);
  else {
    for (const { file } of edits)
      context.fail(`${file} does not have ${what}. Run deploy-manifest with mode: write.`, { file });
  }
}
