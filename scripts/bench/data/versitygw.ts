import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePorts } from '../../../testkit/http.ts';
import { ensureGoProgram } from '../../go-program.ts';

/** A running S3 server. */
export interface BenchServer {
  readonly endpoint: string;
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Starts versitygw: of the servers that answer right it takes the least CPU, so that clients are what is measured. */
export async function startVersitygw(folder: string): Promise<BenchServer> {
  const binary = await ensureGoProgram('versitygw');
  const [port] = await findFreePorts(1);
  const [meta, data] = [join(folder, 'meta'), join(folder, 'data')];
  await Promise.all([meta, data].map((path) => mkdir(path, { recursive: true })));
  const keys = { AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench-secret' };
  const args = [
    // As S3 does; without it this server ends the connection after each answer.
    '--keep-alive',
    '--access',
    keys.AWS_ACCESS_KEY_ID,
    '--secret',
    keys.AWS_SECRET_ACCESS_KEY,
    '--port',
    `127.0.0.1:${port}`,
  ];
  const child = spawn(binary, [...args, 'posix', '--sidecar', meta, data], { stdio: 'ignore' });
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const endpoint = `http://127.0.0.1:${port}`;
  await mkdir(join(data, 'bench'));
  for (let tries = 0; ; tries += 1) {
    if (
      await fetch(endpoint).then(
        () => true,
        () => false,
      )
    )
      break;
    if (tries > 100 || child.exitCode !== null) throw new Error('versitygw did not start');
    await delay(100);
  }
  const env = { ...keys, AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL: endpoint };
  return {
    endpoint,
    env,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
