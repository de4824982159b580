import { resolve } from 'node:path';
import { WorkspaceFiles } from '../../core/adapters/node/workspace-files.ts';
import { UserError } from '../../core/errors.ts';
import { renderDeployment } from '../../core/render/deployment.ts';
import { FILES_AT_ONCE, type FileEdit, planDeployment, selectEnvironment } from '../../core/usecases/deploy-version.ts';
import { mapParallel } from '../../core/usecases/map-parallel.ts';
import type { ActionContext } from '../action-context.ts';
import { type InputValues, readInputs } from '../inputs.ts';
import { loadModel } from '../load-model.ts';
import { chooseVersion } from './choose-version.ts';
import { inputs } from './inputs.ts';
import { outputs } from './outputs.ts';
import { writeDiff } from './write-diff.ts';

/** Sets a version in the manifests of an environment, or checks that they hold it. */
export async function main(context: ActionContext): Promise<void> {
  const values = readInputs(inputs, context);
  const mode = possibleMode(values);
  const loaded = await loadModel(context, values.model);
  const environment = selectEnvironment(loaded.model.environments, values.environment);
  const version = await chooseVersion(context, loaded, values);
  const files = new WorkspaceFiles(resolve(context.workingDirectory));
  const edits = await planDeployment(environment, version, (file) => files.read(file));
  if (mode === 'write') await mapParallel(edits, FILES_AT_ONCE, ({ file, after }) => files.write(file, after));
  const diffPath = await writeDiff(context, loaded.name, edits);
  outputs.write(context, {
    changed: edits.length > 0,
    'changed-files': edits.map(({ file }) => file).join('\n'),
    'diff-path': diffPath,
    'pull-request-number': null,
  });
  await context.appendSummary(renderDeployment({ model: loaded.name, environment: environment.name, version, edits }));
  tell(context, { mode, edits, what: `${loaded.name} v${version.version} in ${environment.name}` });
}

function tell(
  context: ActionContext,
  { mode, edits, what }: { mode: 'write' | 'check'; edits: readonly FileEdit[]; what: string },
): void {
  const files = edits.map(({ file }) => file).join(', ');
  if (edits.length === 0) context.log.info(`The manifests hold ${what}: nothing to change`);
  else if (mode === 'write') context.log.info(`Wrote ${what}: ${files}`);
  else {
    for (const { file } of edits)
      context.fail(`${file} does not hold ${what}. Run deploy-manifest with mode: write.`, { file });
  }
}

function possibleMode({ mode }: InputValues<typeof inputs>): 'write' | 'check' {
  if (mode === undefined || mode === 'write') return 'write';
  if (mode === 'check') return mode;
  throw new UserError('INPUT_INVALID', `mode: ${mode} is not possible with this version`, {
    fix: 'Use mode: write and commit the files, or let the bot open the pull request.',
  });
}
