import { existsSync } from 'node:fs';
import { ensureGoProgram, goProgramPath } from '../scripts/go-program.ts';
import { findProgram } from '../scripts/system-programs.ts';
import { findFreePorts } from './http.ts';
import { startServer } from './started-server.ts';

/** True where fake-gcs-server is built, or Go can build it. */
export const CAN_START_GCS = existsSync(goProgramPath('fake-gcs-server')) || findProgram('go') !== undefined;

/** A running server that speaks the API of Google Cloud Storage, without credentials. */
export interface GcsServer {
  readonly endpoint: string;
  readonly port: number;
  /** Makes a bucket; one that is there already is an error. */
  createBucket(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** The environment by which Google's SDK, DVC and Tidegate reach a server. */
export function gcsEnvironment({ endpoint }: GcsServer): Readonly<Record<string, string>> {
  return { STORAGE_EMULATOR_HOST: endpoint };
}

/**
 * Starts fake-gcs-server on a free loopback port; its objects are in memory.
 *
 * @param options.directory For its log.
 */
export async function startGcs(options: { readonly directory: string }): Promise<GcsServer> {
  const [port = 0] = await findFreePorts(1);
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = await startServer({
    name: 'fake-gcs-server',
    command: await ensureGoProgram('fake-gcs-server'),
    args: [
      ...['-backend', 'memory', '-scheme', 'http', '-host', '127.0.0.1', '-port', `${port}`],
      ...['-external-url', endpoint, '-public-host', `127.0.0.1:${port}`],
    ],
    directory: options.directory,
    url: `${endpoint}/_internal/healthcheck`,
  });
  return { endpoint, port, createBucket: (name) => createBucket(endpoint, name), stop };
}

async function createBucket(endpoint: string, name: string): Promise<void> {
  const answer = await fetch(`${endpoint}/storage/v1/b`, { method: 'POST', body: JSON.stringify({ name }) });
  if (!answer.ok) throw new Error(`the bucket ${name} was not made: ${await answer.text()}`);
}
