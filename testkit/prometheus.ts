import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { hostEnvironment } from './host-environment.ts';
import { findFreePorts } from './http.ts';
import { startServer } from './started-server.ts';

/** A server of this machine. */
export interface RunningServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a Pushgateway on a free loopback port, where it keeps nothing. */
export async function startPushgateway(options: {
  readonly directory: string;
  readonly binary: string;
  readonly webConfig?: string;
}): Promise<RunningServer> {
  const { directory, binary, webConfig } = options;
  const [port] = await findFreePorts(1);
  const url = `http://127.0.0.1:${port}`;
  await mkdir(directory, { recursive: true });
  const args = [`--web.listen-address=127.0.0.1:${port}`];
  if (webConfig !== undefined) {
    await writeFile(path.join(directory, 'web.yml'), webConfig);
    args.push('--web.config.file=web.yml');
  }
  const stop = await startServer({ name: 'prometheus-pushgateway', command: binary, args, directory, url });
  return { url, stop };
}

/** Starts a Prometheus that scrapes targets each second and has files of rules. */
export async function startPrometheus(options: {
  readonly directory: string;
  readonly binary: string;
  /** `host:port` of each. */
  readonly targets: readonly string[];
}): Promise<RunningServer> {
  const { directory, binary, targets } = options;
  const [port] = await findFreePorts(1);
  const url = `http://127.0.0.1:${port}`;
  await mkdir(directory, { recursive: true });
  const job = { job_name: 'test', honor_labels: true, static_configs: [{ targets }] };
  // JSON is YAML.
  const config = { global: { scrape_interval: '1s' }, scrape_configs: [job] };
  await writeFile(path.join(directory, 'prometheus.yml'), JSON.stringify(config));
  const args = ['--config.file=prometheus.yml', '--storage.tsdb.path=data', `--web.listen-address=127.0.0.1:${port}`];
  const stop = await startServer({ name: 'prometheus', command: binary, args, directory, url });
  return { url, stop };
}

const answer = z.object({
  data: z.object({
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
  }),
});

/** A series of an instant query. */
export interface QueriedSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: string;
}

/** The result of an instant query, once it has any series; empty after half a minute. */
export async function queryPrometheus(url: string, query: string): Promise<readonly QueriedSeries[]> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
    const { result } = answer.parse(await response.json()).data;
    if (result.length > 0 || Date.now() > deadline)
      return result.map(({ metric, value }) => ({ labels: metric, value: value[1] }));
    await delay(200);
  }
}

/** Runs promtool with a text as its input. */
export async function runPromtool(
  binary: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly input?: string },
): Promise<{ readonly exitCode: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(binary, args, { cwd: options.cwd, env: hostEnvironment() });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (part: string) => (text += part));
    child.on('error', reject);
    child.on('close', (code) => resolve({ exitCode: code ?? -1, text }));
    child.stdin.end(options.input ?? '');
  });
}
