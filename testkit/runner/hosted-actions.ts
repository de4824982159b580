import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gitEnvironment } from '../host-environment.ts';
import { assumeRole } from './assume-role.ts';
import { createFileCommands } from './file-commands.ts';
import { baseEnvironment, type JobState } from './job-state.ts';
import { runProcess } from './run-process.ts';

/** Result of a public action's stand-in. */
export interface HostedResult {
  readonly isSuccess: boolean;
  readonly outputs: Readonly<Record<string, string>>;
  readonly post?: () => Promise<boolean>;
}

type HostedAction = (
  state: JobState,
  inputs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
) => Promise<HostedResult>;

const STEP_TIMEOUT_MS = 600_000;

/** Stand-ins for the public actions that templates use, by repository. */
export const HOSTED_ACTIONS: Readonly<Record<string, HostedAction>> = {
  'actions/checkout': checkout,
  'actions/setup-python': setupPython,
  'actions/setup-node': async () => ({ isSuccess: true, outputs: {} }),
  'aws-actions/configure-aws-credentials': assumeRole,
  'docker/login-action': dockerLogin,
  'actions/upload-artifact': (state, inputs, env) => artifactStep(state, { ...inputs, mode: 'upload' }, env),
  'actions/download-artifact': (state, inputs, env) => artifactStep(state, { ...inputs, mode: 'download' }, env),
};

async function git(state: JobState, directory: string, args: readonly string[]): Promise<boolean> {
  const { exitCode } = await runProcess({
    command: 'git',
    args,
    cwd: directory,
    env: gitEnvironment({ PATH: state.options.host.path }),
    timeoutMs: STEP_TIMEOUT_MS,
    signal: state.options.signal,
    onLine: (line) => state.log.write(line),
  });
  return exitCode === 0;
}

/** A real clone from the Git server, with the inputs that matter. */
async function checkout(state: JobState, inputs: Readonly<Record<string, string>>): Promise<HostedResult> {
  const { github, host, token } = state.options;
  const directory = path.resolve(state.folders.workspace, inputs.path ?? '.');
  const repository = inputs.repository || String(github.repository);
  const isOwn = repository === String(github.repository);
  const ref = inputs.ref || (isOwn ? String(github.ref) : 'HEAD');
  const sha = inputs.ref || !isOwn ? undefined : String(github.sha);
  const header = `AUTHORIZATION: basic ${Buffer.from(`x-access-token:${inputs.token || token}`).toString('base64')}`;
  state.log.masks.add(header.slice('AUTHORIZATION: basic '.length));
  const key = `http.${host.gitUrl}/.extraheader`;
  const depth = inputs['fetch-depth'] ?? '1';
  const everything = ['+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*'];
  const refspecs = depth === '0' ? [...everything, sha ?? ref] : [sha ?? ref];
  const limit = depth === '0' ? [] : [`--depth=${depth}`];
  const isTagWanted = inputs['fetch-tags'] === 'true' && depth !== '0';
  await mkdir(directory, { recursive: true });
  const isSuccess =
    (await git(state, directory, ['init', '--quiet', '--initial-branch=main', '.'])) &&
    (await git(state, directory, ['remote', 'add', 'origin', `${host.gitUrl}/${repository}`])) &&
    (await git(state, directory, [
      '-c',
      `${key}=${header}`,
      'fetch',
      '--quiet',
      ...limit,
      ...(isTagWanted ? ['--tags'] : ['--no-tags']),
      'origin',
      ...refspecs,
    ])) &&
    (await git(state, directory, ['update-ref', 'refs/testkit/checkout', sha ?? 'FETCH_HEAD'])) &&
    (await switchTo(state, directory, ref)) &&
    (inputs['persist-credentials'] === 'false' || (await git(state, directory, ['config', '--local', key, header])));
  const post = () => git(state, directory, ['config', '--local', '--unset-all', key]).then(() => true);
  return {
    isSuccess,
    outputs: { ref, commit: sha ?? '' },
    ...(inputs['persist-credentials'] === 'false' ? {} : { post }),
  };
}

async function switchTo(state: JobState, directory: string, ref: string): Promise<boolean> {
  const isBranch = ref.startsWith('refs/heads/');
  const target = isBranch ? ['-B', ref.slice('refs/heads/'.length)] : ['--detach'];
  return git(state, directory, ['checkout', '--quiet', '--force', ...target, 'refs/testkit/checkout']);
}

/** Puts the given Python environment on PATH. Versions are the environment's, whatever is asked for. */
async function setupPython(state: JobState): Promise<HostedResult> {
  const bin = state.options.host.pythonBin;
  if (bin === undefined) {
    state.log.annotate('error', 'this runner was given no Python environment');
    return { isSuccess: false, outputs: {} };
  }
  state.paths.unshift(bin);
  state.env.pythonLocation = path.dirname(bin);
  return { isSuccess: true, outputs: { 'python-path': path.join(bin, 'python') } };
}

/** Leaves the login where `docker login` does, and takes it away at the end of the job. */
async function dockerLogin(state: JobState, inputs: Readonly<Record<string, string>>): Promise<HostedResult> {
  const file = path.join(state.folders.home, '.docker', 'config.json');
  const auth = Buffer.from(`${inputs.username}:${inputs.password}`).toString('base64');
  state.log.masks.add(auth);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify({ auths: { [inputs.registry || 'https://index.docker.io/v1/']: { auth } } }));
  const post = () => rm(file, { force: true }).then(() => true);
  return { isSuccess: true, outputs: {}, post };
}

/** Upload and download through the real client, in a process of its own: it reads its environment at import. */
async function artifactStep(
  state: JobState,
  inputs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
): Promise<HostedResult> {
  const commands = await createFileCommands(state.folders.temp);
  const script = fileURLToPath(new URL('./artifact-step.ts', import.meta.url));
  const { exitCode } = await runProcess({
    command: state.options.host.node,
    args: [script],
    cwd: state.folders.workspace,
    env: {
      ...baseEnvironment(state),
      ...state.options.resultsEnvironment,
      ...env,
      TESTKIT_INPUTS: JSON.stringify({ 'github-token': state.options.token, ...inputs }),
      ...commands.env,
    },
    timeoutMs: STEP_TIMEOUT_MS,
    signal: state.options.signal,
    onLine: (line) => state.log.take(line),
  });
  const { outputs } = await commands.read();
  return { isSuccess: exitCode === 0, outputs };
}
