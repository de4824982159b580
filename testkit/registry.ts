import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { hostEnvironment } from './host-environment.ts';
import { findFreePorts } from './http.ts';
import { runProgram } from './run-program.ts';

/** A running container registry. */
export interface Registry {
  /** `127.0.0.1:PORT`: plain HTTP, as registries of this machine are spoken to. */
  readonly host: string;
  /** Required permission; undefined if anyone may push. */
  readonly login: RegistryLogin | undefined;
  /** Docker's config.json with its login. */
  readonly dockerConfig: string;
  stop(): Promise<void>;
}

/** A user of the registry. */
export interface RegistryLogin {
  readonly user: string;
  readonly password: string;
}

const START_TIMEOUT_MS = 30_000;

/**
 * Starts Debian's docker-registry on a free loopback port.
 *
 * @param options.binary Path of `docker-registry`.
 * @param options.port Default: a free one.
 * @param options.needsLogin Whether it asks for a user and password, made again each time.
 */
export async function startRegistry(options: {
  readonly directory: string;
  readonly binary: string;
  readonly needsLogin?: boolean;
  readonly port?: number;
}): Promise<Registry> {
  const { directory } = options;
  await mkdir(directory, { recursive: true });
  const [port] = options.port === undefined ? await findFreePorts(1) : [options.port];
  const host = `127.0.0.1:${port}`;
  const login =
    options.needsLogin === true ? { user: 'tidegate', password: randomBytes(12).toString('hex') } : undefined;
  const config = path.join(directory, 'config.yml');
  await writeFile(config, await configuration({ directory, host, login }));
  const log = await open(path.join(directory, 'registry.log'), 'w');
  const child = spawn(options.binary, ['serve', config], { env: hostEnvironment(), stdio: ['ignore', log.fd, log.fd] });
  await log.close();
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await exited;
  };
  try {
    await waitUntilReady(host, () => child.exitCode !== null);
  } catch (error) {
    await stop();
    const tail = (await readFile(path.join(directory, 'registry.log'), 'utf8')).slice(-2000);
    throw new Error(`the registry did not start: ${tail}`, { cause: error });
  }
  return { host, login, dockerConfig: JSON.stringify({ auths: authsOf(host, login) }), stop };
}

function authsOf(host: string, login: RegistryLogin | undefined) {
  if (login === undefined) return {};
  return { [host]: { auth: Buffer.from(`${login.user}:${login.password}`).toString('base64') } };
}

async function configuration(options: {
  readonly directory: string;
  readonly host: string;
  readonly login: RegistryLogin | undefined;
}): Promise<string> {
  const { directory, host, login } = options;
  const lines = [
    'version: 0.1',
    'log: { level: error }',
    `storage: { filesystem: { rootdirectory: ${directory}/data } }`,
    `http: { addr: ${host} }`,
  ];
  if (login !== undefined) {
    const file = path.join(directory, 'htpasswd');
    await writeFile(file, `${login.user}:${await bcrypt(login.password, directory)}\n`);
    lines.push(`auth: { htpasswd: { realm: test, path: ${file} } }`);
  }
  return `${lines.join('\n')}\n`;
}

/** The one kind of hash that the registry reads, by the C library's crypt. */
async function bcrypt(password: string, cwd: string): Promise<string> {
  // 16 bytes of salt in bcrypt's alphabet, whose last character carries two bits only.
  const salt = `${randomBytes(16).toString('hex').slice(0, 21)}u`;
  const script = 'print crypt($ARGV[0], "\\$2y\\$05\\$$ARGV[1]")';
  const { stdout } = await runProgram('perl', ['-e', script, password, salt], { cwd, env: hostEnvironment() });
  if (!stdout.startsWith('$2y$')) throw new Error('the C library of this machine has no bcrypt');
  return stdout;
}

async function waitUntilReady(host: string, hasExited: () => boolean): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const status = await fetch(`http://${host}/v2/`).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 200 || status === 401) return;
    if (hasExited() || Date.now() > deadline) throw new Error(`no registry at ${host}`);
    await delay(50);
  }
}
