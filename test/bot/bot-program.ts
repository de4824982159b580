import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { hostEnvironment } from '../../testkit/host-environment.ts';
import { findFreePorts } from '../../testkit/http.ts';

/** What the program needs to know of the App and of the forge. */
export interface BotProgramOptions {
  readonly appId: number;
  readonly privateKey: string;
  readonly webhookSecret: string;
  readonly apiUrl: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The bot as people run it: a process of its own, which can be killed. */
export class BotProgram {
  readonly #options: BotProgramOptions;
  readonly #port: number;
  readonly #metricsPort: number;
  readonly #home: string;
  #process: ChildProcess | undefined;

  private constructor(options: BotProgramOptions, [port, metricsPort]: readonly number[], home: string) {
    this.#options = options;
    this.#port = port ?? 0;
    this.#metricsPort = metricsPort ?? 0;
    this.#home = home;
  }

  static async create(options: BotProgramOptions): Promise<BotProgram> {
    const home = await mkdtemp(path.join(os.tmpdir(), 'tidegate-program-'));
    return new BotProgram(options, await findFreePorts(2), home);
  }

  get hookUrl(): string {
    return `http://127.0.0.1:${this.#port}/api/github/webhooks`;
  }

  /** Starts the process, and waits until it knows its App: its first sweep has begun. */
  async start(): Promise<void> {
    const { appId, privateKey, webhookSecret, apiUrl, env } = this.#options;
    const started = spawn(process.execPath, [path.join(PROJECT_ROOT, 'bot', 'main.ts')], {
      cwd: this.#home,
      stdio: 'ignore',
      env: {
        ...hostEnvironment(),
        HOME: this.#home,
        HOST: '127.0.0.1',
        PORT: String(this.#port),
        METRICS_PORT: String(this.#metricsPort),
        APP_ID: String(appId),
        PRIVATE_KEY: privateKey,
        WEBHOOK_SECRET: webhookSecret,
        GITHUB_API_URL: apiUrl,
        ...env,
      },
    });
    this.#process = started;
    while (this.isRunning && !(await this.#answers('/readyz'))) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  /** A number that it tells Prometheus; 0 where it does not tell it. */
  async metric(name: string): Promise<number> {
    return (await this.metrics([name]))[0] ?? 0;
  }

  /** Several of them, as they are at one moment. */
  async metrics(names: readonly string[]): Promise<readonly number[]> {
    const text = await (await fetch(`http://127.0.0.1:${this.#metricsPort}/metrics`)).text();
    return names.map((name) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? 0));
  }

  /** The most memory that it ever had; MiB. Undefined where the system does not tell it (only Linux does). */
  async peakMemoryMiB(): Promise<number | undefined> {
    const status = await readFile(`/proc/${this.#process?.pid}/status`, 'utf8').catch(() => '');
    const peak = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    return peak === undefined ? undefined : Number(peak) / 1024;
  }

  get isRunning(): boolean {
    return this.#process?.exitCode === null && this.#process.signalCode === null;
  }

  /** Ends it without a warning, whatever it is at. */
  kill(): void {
    this.#process?.kill('SIGKILL');
  }

  async stop(): Promise<void> {
    if (this.isRunning && this.#process !== undefined) {
      const ended = once(this.#process, 'exit');
      this.kill();
      await ended;
    }
    await rm(this.#home, { recursive: true, force: true });
  }

  async #answers(page: string): Promise<boolean> {
    const asked = fetch(`http://127.0.0.1:${this.#port}${page}`);
    return asked.then(
      ({ ok }) => ok,
      () => false,
    );
  }
}
