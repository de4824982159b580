/** The body of `actions/upload-artifact` and `actions/download-artifact`, as a process of the runner. */
import { globSync, statSync } from 'node:fs';
import path from 'node:path';
import { DefaultArtifactClient } from '@actions/artifact';
import { info, setFailed, setOutput, warning } from '@actions/core';

type Inputs = Readonly<Record<string, string | undefined>>;

/** A step's inputs arrive as one JSON text: this script has no action.yml. */
const inputs: Inputs = JSON.parse(process.env.TESTKIT_INPUTS ?? '{}');

function filesOf(patterns: readonly string[], hidden: boolean): string[] {
  const found = patterns.flatMap((pattern) => {
    const matches = globSync(pattern);
    return matches.flatMap((match) =>
      statSync(match).isDirectory()
        ? globSync(path.join(match, '**/*')).map((file) => ({ file, base: match }))
        : [{ file: match, base: path.dirname(match) }],
    );
  });
  // Hidden is what has a dot below the place that was searched; dots above it say nothing.
  const isHidden = ({ file, base }: { file: string; base: string }) =>
    path
      .relative(base, file)
      .split(path.sep)
      .some((part) => part.startsWith('.'));
  const kept = hidden ? found : found.filter((one) => !isHidden(one));
  return [...new Set(kept.map(({ file }) => path.resolve(file)))].filter((file) => statSync(file).isFile());
}

/** The deepest folder that holds all files; for one pattern without wildcards, that folder or the file's. */
function rootOf(patterns: readonly string[], files: readonly string[]): string {
  const [only] = patterns;
  if (patterns.length === 1 && only !== undefined && !/[*?[]/.test(only)) {
    const resolved = path.resolve(only);
    return statSync(resolved).isDirectory() ? resolved : path.dirname(resolved);
  }
  const parts = files.map((file) => path.dirname(file).split(path.sep));
  const [first = []] = parts;
  const end = first.findIndex((part, index) => parts.some((other) => other[index] !== part));
  return first.slice(0, end < 0 ? first.length : end).join(path.sep) || path.sep;
}

async function upload(client: DefaultArtifactClient): Promise<void> {
  const name = inputs.name || 'artifact';
  const patterns = (inputs.path ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const files = filesOf(patterns, inputs['include-hidden-files'] === 'true');
  if (files.length === 0) {
    const message = `No files were found with the provided path: ${patterns.join(', ')}. No artifacts will be uploaded.`;
    const behaviour = inputs['if-no-files-found'] || 'warn';
    if (behaviour === 'error') setFailed(message);
    else if (behaviour === 'ignore') info(message);
    else warning(message);
    return;
  }
  const { id, digest } = await client.uploadArtifact(name, files, rootOf(patterns, files));
  setOutput('artifact-id', String(id ?? ''));
  setOutput('artifact-digest', digest ?? '');
}

async function download(client: DefaultArtifactClient): Promise<void> {
  const target = path.resolve(inputs.path || '.');
  const [repositoryOwner = '', repositoryName = ''] = (inputs.repository || process.env.GITHUB_REPOSITORY || '').split(
    '/',
  );
  const workflowRunId = Number(inputs['run-id'] || process.env.GITHUB_RUN_ID);
  const isOther = Boolean(inputs['run-id']) && inputs['run-id'] !== process.env.GITHUB_RUN_ID;
  const findBy = { token: inputs['github-token'] ?? '', workflowRunId, repositoryOwner, repositoryName };
  const options = isOther ? { findBy } : {};
  const { artifacts } = await client.listArtifacts({ latest: true, ...options });
  const pattern = inputs.pattern
    ? new RegExp(`^${inputs.pattern.replace(/[.+^$()|{}]/g, '\\$&').replaceAll('*', '.*')}$`)
    : /./;
  const wanted = artifacts.filter((one) => (inputs.name ? one.name === inputs.name : pattern.test(one.name)));
  if (inputs.name && wanted.length === 0)
    throw new Error(`Unable to download artifact(s): Artifact not found for name: ${inputs.name}`);
  for (const artifact of wanted) {
    const isFlat = Boolean(inputs.name) || inputs['merge-multiple'] === 'true';
    const folder = isFlat ? target : path.join(target, artifact.name);
    const expectedHash = artifact.digest === undefined ? {} : { expectedHash: artifact.digest };
    const { digestMismatch } = await client.downloadArtifact(artifact.id, {
      ...options,
      path: folder,
      ...expectedHash,
    });
    if (digestMismatch === true) throw new Error(`the digest of ${artifact.name} does not match`);
  }
  setOutput('download-path', target);
}

const client = new DefaultArtifactClient();
try {
  await (inputs.mode === 'upload' ? upload(client) : download(client));
} catch (error) {
  setFailed(error instanceof Error ? error.message : String(error));
}
