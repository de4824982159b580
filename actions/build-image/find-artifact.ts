import { join, resolve } from 'node:path';
import { isThere } from '../../core/adapters/files/absent.ts';
import { replaceByArtifact } from '../../core/adapters/files/replace-by-artifact.ts';
import { OnnxArtifactHasher } from '../../core/adapters/onnx/onnx-artifact-hasher.ts';
import type { HashedArtifact } from '../../core/domain/model/artifact-digest.ts';
import { parseArtifactUri } from '../../core/domain/registry/store-layout.ts';
import { withoutEnding } from '../../core/domain/text/without-ending.ts';
import { UserError } from '../../core/errors.ts';
import { fetchArtifact } from '../../core/usecases/registry/fetch-artifact.ts';
import type { ActionContext } from '../action-context.ts';
import type { InputValues } from '../inputs.ts';
import { fetchJudged } from '../judged-reports.ts';
import type { LoadedModel } from '../load-model.ts';
import { handedOver } from '../model-artifact.ts';
import { openStore } from '../open-store.ts';
import { loadOptionalReport, reportFolder, reportPath } from '../report-files.ts';
import type { inputs } from './inputs.ts';

/** A model of tidegate.yaml, or the name of one that has none. */
export interface NamedModel {
  readonly name: string;
  readonly loaded: LoadedModel | undefined;
}

/** An artifact and where it is. */
export interface FoundArtifact {
  readonly artifact: HashedArtifact;
  readonly location: string;
}

/**
 * The artifact to put into the image: that of the inputs, else the one that was judged, else the one in the workspace.
 *
 * @throws {UserError} DATA_NOT_FOUND for none, ARTIFACT_MISMATCH for other bytes than were judged.
 */
export async function findArtifact(
  context: ActionContext,
  { name, loaded }: NamedModel,
  values: InputValues<typeof inputs>,
): Promise<FoundArtifact> {
  const hasher = new OnnxArtifactHasher();
  const uri = values['artifact-uri'];
  if (uri !== undefined) return fromStore(context, name, uri);
  const given = values['artifact-path'];
  if (given !== undefined) {
    const location = resolve(context.workingDirectory, given);
    return { artifact: await hasher.hash(location), location };
  }
  if (loaded === undefined) throw withoutModel();
  const { model } = loaded;
  await fetchJudged(context, name, { report: values['report-artifact-id'], model: values['model-artifact-id'] });
  const evaluation = await loadOptionalReport(reportPath(context.env, name, 'evaluation'), 'evaluation');
  const places = [handedOver(context.env, name, model.artifact), resolve(context.workingDirectory, model.artifact)];
  const found: FoundArtifact[] = [];
  for (const location of places.filter((place) => isThere(place))) {
    const artifact = await hasher.hash(location);
    if (evaluation === undefined || artifact.digest === evaluation.candidate.digest) return { artifact, location };
    found.push({ artifact, location });
  }
  throw noArtifact(found[0], model.artifact);
}

/** Brings the artifact of a registered version from its store. */
async function fromStore(context: ActionContext, name: string, uri: string): Promise<FoundArtifact> {
  const placed = parseArtifactUri(withoutEnding(uri, '/'));
  if (placed === undefined) {
    throw new UserError('INPUT_INVALID', `artifact-uri ${JSON.stringify(uri)} is not an artifact of a store`, {
      fix: 'Use the output artifact-uri of register: <store>/sha256/<hex>, or oci://host/path:model-<hex>-<hex>@sha256:<hex>.',
    });
  }
  // This action pushes to registries with the logins of Docker alone, and reads with them too.
  const surroundings = { env: context.env, baseFolder: context.workingDirectory, token: undefined };
  const { artifacts } = await openStore(placed.store, surroundings);
  const location = join(reportFolder(context.env, name), 'artifact-from-store');
  await fetchArtifact({ digest: placed.digest, uri }, location, { artifacts, replace: replaceByArtifact });
  return { artifact: await new OnnxArtifactHasher().hash(location), location };
}

function withoutModel(): UserError {
  return new UserError('CONFIG_NOT_FOUND', 'no input names an artifact, and there is no tidegate.yaml', {
    fix: 'Set artifact-path or artifact-uri, or add tidegate.yaml.',
  });
}

function noArtifact(found: FoundArtifact | undefined, path: string): UserError {
  if (found === undefined) {
    return new UserError('DATA_NOT_FOUND', `there is no artifact at ${path}`, {
      fix: 'Run train and evaluate-and-gate before, or set artifact-path or artifact-uri.',
    });
  }
  const message = `the artifact at ${found.location} (${found.artifact.digest}) is not the one that was judged`;
  return new UserError('ARTIFACT_MISMATCH', message, {
    fix: 'Build the image from the artifact that evaluate-and-gate judged.',
  });
}
