import { WorkspaceFiles } from '../../core/adapters/files/workspace-files.ts';
import { target } from '../../core/config/environment-config.ts';
import { type ImageReference, parseImageReference } from '../../core/domain/image/image-reference.ts';
import { readTarget } from '../../core/domain/manifest/edit-manifest.ts';
import {
  type DeployedVersion,
  isArtifactUri,
  isImageDigest,
  isVersionNumber,
} from '../../core/domain/manifest/version-value.ts';
import type { ManifestTarget } from '../../core/domain/policy/manifest-target.ts';
import { type Problem, UserError } from '../../core/errors.ts';
import { renderDeployment } from '../../core/render/promotion/deployment.ts';
import { type FileEdit, planDeployment } from '../../core/usecases/promote/deploy-version.ts';
import { deploymentWarnings } from '../../core/usecases/promote/deployment-warnings.ts';
import type { ActionContext } from '../action-context.ts';
import type { InputValues } from '../inputs.ts';
import { readConfig } from '../load-model.ts';
import type { inputs } from './inputs.ts';
import { outputs } from './outputs.ts';
import { writeDiff } from './write-diff.ts';

type Values = InputValues<typeof inputs>;

/** Name of the difference without a model. */
const NO_MODEL = 'deployment';

/**
 * Sets an image or an artifact in one file of the workspace, or checks that it is there. The inputs alone say what runs; a
 * tidegate.yaml that is there must be right all the same.
 *
 * @throws {UserError} INPUT_INVALID for inputs that say no target or no version, or that need a model.
 */
export async function deployFile(context: ActionContext, file: string, values: Values): Promise<void> {
  await readConfig(context);
  refuseModelInputs(values);
  const environment = { targets: [targetOf(file, values)] };
  const version = versionOf(values);
  const files = new WorkspaceFiles(context.workingDirectory);
  const edits = await planDeployment(environment, version, (path) => files.read(path));
  if (values.mode !== 'check') for (const edit of edits) await files.write(edit.file, edit.after);
  for (const { file: at, line, column, message, fix } of await deploymentWarnings(environment, edits, (path) =>
    files.read(path),
  ))
    context.log.warning({ message, fix, place: { file: at, line, column } });
  outputs.write(context, {
    changed: edits.length > 0,
    'changed-files': edits.map((edit) => edit.file).join('\n'),
    'diff-path': await writeDiff(context, values.model ?? NO_MODEL, edits),
    'pull-request-number': null,
  });
  const what = await heldText(environment.targets, edits, (path) => files.read(path));
  await context.appendSummary(renderDeployment({ model: values.model ?? file, environment: file, version, edits }));
  if (edits.length === 0) context.log.info(`${file} holds ${what}: nothing to change`);
  else if (values.mode !== 'check') context.log.info(`${file}: wrote ${what}`);
  else context.fail(`${file} does not have ${what}. Run deploy-manifest with mode: write.`, { file });
}

/** Value of the target after the edit: of several inputs only one may have been meant. */
async function heldText(
  [target]: readonly ManifestTarget[],
  edits: readonly FileEdit[],
  read: (file: string) => Promise<string | undefined>,
): Promise<string> {
  if (target === undefined) return '';
  return readTarget(edits[0]?.after ?? (await read(target.file)) ?? '', target).text;
}

function refuseModelInputs({ mode, environment }: Values): void {
  if (environment !== undefined) {
    throw new UserError('INPUT_INVALID', 'the inputs environment and file cannot be used together', {
      fix: 'Remove one.',
    });
  }
  if (mode === 'write' || mode === 'check' || mode === undefined) return;
  throw new UserError('INPUT_INVALID', `mode: ${mode} needs an environment of a model in tidegate.yaml, not a file`, {
    fix: 'Use mode: write and commit the file in another step, or set environment.',
  });
}

function targetOf(file: string, { kind, name, path }: Values): ManifestTarget {
  const given = Object.entries({ file, kind, name, path }).filter(([, value]) => value !== undefined);
  const { data, error } = target.safeParse(Object.fromEntries(given));
  if (data !== undefined) return data;
  const why = error.issues.map(({ path: at, message }) => `${at.join('.') || 'file'} ${message}`).join('; ');
  throw new UserError('INPUT_INVALID', `the inputs file, kind, name and path name no target: ${why}`, {
    fix: 'Set file (relative to working-directory) with kind and name, or with path.',
  });
}

function imageProblems(reference: string | undefined, image: ImageReference | undefined): readonly Problem[] {
  if (image === undefined || (image.digest !== undefined && isImageDigest(image.digest))) return [];
  const why = image.digest === undefined ? 'has no digest, so it can change' : 'has no sha256 digest in lower case';
  const fix = 'Use the output image-reference of build-image: repository:tag@sha256:….';
  return [{ message: `image-reference ${reference} ${why}`, fix }];
}

function textProblems(version: string | undefined, uri: string | undefined): readonly Problem[] {
  const problems: Problem[] = [];
  if (uri !== undefined && !isArtifactUri(uri)) {
    const fix = 'Write a scheme in lower case and no spaces: s3://bucket/path.';
    problems.push({
      message: `artifact-uri ${JSON.stringify(uri.slice(0, 200))} is not the address of an artifact`,
      fix,
    });
  }
  if (version !== undefined && !isVersionNumber(version)) {
    const fix = 'Write three numbers, with or without v: 1.4.0.';
    problems.push({ message: `model-version ${JSON.stringify(version.slice(0, 200))} is not a version`, fix });
  }
  return problems;
}

function versionOf(values: Values): DeployedVersion {
  const reference = values['image-reference'];
  const image = reference === undefined ? undefined : parseImageReference(reference);
  const version = values['model-version']?.replace(/^v/, '');
  const uri = values['artifact-uri'];
  const problems = [...imageProblems(reference, image), ...textProblems(version, uri)];
  if (problems.length > 0) throw UserError.ofProblems('INPUT_INVALID', problems);
  if (version === undefined && uri === undefined && image === undefined) {
    throw new UserError('INPUT_INVALID', 'no input says what to set in the file', {
      fix: 'Set image-reference, artifact-uri or model-version.',
    });
  }
  const { repository = '', tag, digest = '' } = image ?? {};
  return {
    version: version ?? tag ?? '',
    artifactUri: uri ?? '',
    ...(image === undefined ? {} : { image: { repository, tag, digest } }),
  };
}
