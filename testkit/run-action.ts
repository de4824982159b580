import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT_ROOT } from '../scripts/project-root.ts';
import { hostEnvironment } from './host-environment.ts';
import { type ProcessResult, runProgram } from './run-program.ts';

/** One run of an action's source by itself, as a child process. */
export interface ActionRun extends ProcessResult {
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

/** Context of an action. */
export interface ActionRunOptions {
  /** The workspace. */
  readonly workspace: string;
  /** RUNNER_TEMP. */
  readonly temp: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly onStart?: (child: { kill(signal: NodeJS.Signals): boolean }) => void;
}

/** Runs `actions/<name>/index.ts` with the files and variables of a step. */
export async function runActionSource(name: string, options: ActionRunOptions): Promise<ActionRun> {
  await mkdir(options.temp, { recursive: true });
  const output = path.join(options.temp, `output-${name}`);
  const summary = path.join(options.temp, `summary-${name}`);
  await Promise.all([writeFile(output, ''), writeFile(summary, '')]);
  const inputs = Object.entries(options.inputs ?? {}).map(([key, value]) => [`INPUT_${key.toUpperCase()}`, value]);
  const result = await runProgram(process.execPath, [path.join(PROJECT_ROOT, 'actions', name, 'index.ts')], {
    cwd: options.workspace,
    env: {
      ...hostEnvironment(),
      HOME: options.temp,
      GITHUB_WORKSPACE: options.workspace,
      RUNNER_TEMP: options.temp,
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
      ...options.env,
      ...Object.fromEntries(inputs),
    },
    ...(options.onStart === undefined ? {} : { onStart: options.onStart }),
  });
  return { ...result, outputs: parseOutputs(await readFile(output, 'utf8')), summary: await readFile(summary, 'utf8') };
}

function parseOutputs(text: string): Record<string, string> {
  const found = text.matchAll(/^([^\n<]+)<<(\S+)\n(.*?)\n?\2$/gms);
  return Object.fromEntries([...found].map((entry) => [entry[1] ?? '', (entry[3] ?? '').replace(/\n$/, '')]));
}
