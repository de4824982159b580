import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { EvaluationReport } from '../../core/reports/evaluation-report.ts';
import { readReport } from '../../core/reports/read-report.ts';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { AS_ACTION } from '../as-action.ts';
import { toolCache } from '../terminal/repository-environment.ts';
import type { Adoption } from './adoption.ts';
import { readGitFacts } from './git-facts.ts';
import { runningManager } from './training-command.ts';

/** Result of judging on this machine. */
export type JudgedHere =
  | {
      readonly kind: 'judged';
      readonly evaluation: EvaluationReport;
      readonly summary: string;
      readonly testSet: Uint8Array | undefined;
      readonly seconds: number;
    }
  | { readonly kind: 'failed'; readonly step: 'train' | 'judge'; readonly log: string }
  /** The commands need a program that this machine lacks and that the workflows install. */
  | { readonly kind: 'not-here'; readonly program: string };

/** Subject of a judgement on this machine. */
export interface JudgingHere {
  readonly repository: string;
  readonly adoption: Adoption;
  /** Paths that DVC tracks, which the work tree may have. */
  readonly dvcOuts: readonly string[];
  /** Train first; otherwise the model that is there is judged. */
  readonly train: boolean;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Trains and judges in a copy of the repository as the first pull request will have it: files that Git would not have are
 * not in it, so that what is missing there is missing here too. The work tree is not changed.
 */
export async function judgeHere(judging: JudgingHere): Promise<JudgedHere> {
  const program = absentManager(judging);
  if (program !== undefined) return { kind: 'not-here', program };
  const started = Date.now();
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-init-'));
  try {
    const copy = join(folder, 'repository');
    await copyRepository(judging, copy);
    const temp = join(folder, 'temp');
    const train = await runAction('train', judging, { copy, temp });
    if (train.exitCode !== 0) return { kind: 'failed', step: 'train', log: train.log };
    const judge = await runAction('evaluate-and-gate', judging, { copy, temp });
    const report = /^report-path<<(\S+)\n(.*)\n\1$/m.exec(judge.outputs)?.[2];
    if (report === undefined) return { kind: 'failed', step: 'judge', log: judge.log };
    const evaluation = readReport('evaluation', await readFile(report), report);
    const testSet = join(copy, judging.adoption.testSet);
    return {
      kind: 'judged',
      evaluation,
      summary: judge.summary,
      testSet: judging.adoption.isTestSetMade && existsSync(testSet) ? await readFile(testSet) : undefined,
      seconds: (Date.now() - started) / 1000,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The manager of packages that starts the commands, where it is not on the path. */
function absentManager({ repository, adoption, train, env }: JudgingHere): string | undefined {
  const training = train && 'command' in adoption.train ? adoption.train.command : '';
  const manager = runningManager(training) ?? runningManager(adoption.predict ?? '');
  const folders = (teamEnvironment(repository, env).PATH ?? '').split(delimiter);
  return manager === undefined || folders.some((folder) => existsSync(join(folder, manager))) ? undefined : manager;
}

async function copyRepository({ repository, adoption, dvcOuts, train }: JudgingHere, copy: string): Promise<void> {
  await copyFiles(
    repository,
    [...dvcOuts, ...(train ? [] : [adoption.artifact, adoption.testSet]), '.dvc/cache'],
    copy,
  );
  await git(copy, 'init', '--quiet');
  await git(copy, 'add', '--all');
  await git(copy, '-c', 'user.name=init', '-c', 'user.email=init@localhost', 'commit', '--quiet', '-m', 'init');
}

/** Copies all files that Git has or would have, and these others. */
export async function copyFiles(repository: string, others: readonly string[], copy: string): Promise<void> {
  const { files } = await readGitFacts(repository);
  for (const file of [...files, ...others]) {
    if (!existsSync(join(repository, file))) continue;
    await mkdir(dirname(join(copy, file)), { recursive: true });
    await cp(join(repository, file), join(copy, file), { recursive: true, verbatimSymlinks: true });
  }
}

/** The environment of a program of the team: with its virtual environment first, and without that of a workflow. */
export function teamEnvironment(repository: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const programs = ['.venv', 'venv'].map((one) => join(repository, one, 'bin')).filter((one) => existsSync(one));
  return { ...withoutGitHub(env), PATH: [...programs, env.PATH ?? ''].join(delimiter) };
}

function git(folder: string, ...args: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    spawn('git', ['-C', folder, ...args], { stdio: 'ignore' })
      .on('error', reject)
      .on('close', (code) => resolve(code ?? 1));
  });
}

interface ActionRun {
  readonly exitCode: number;
  readonly outputs: string;
  readonly summary: string;
  readonly log: string;
}

async function runAction(
  name: string,
  judging: JudgingHere,
  { copy, temp }: { readonly copy: string; readonly temp: string },
): Promise<ActionRun> {
  await mkdir(temp, { recursive: true });
  const output = join(temp, `output-${name}`);
  const summary = join(temp, `summary-${name}`);
  await Promise.all([writeFile(output, ''), writeFile(summary, '')]);
  const { adoption, repository, train, env } = judging;
  // There is no access to GitHub here, and a first model has no champion.
  const inputs = name === 'evaluate-and-gate' ? { INPUT_CHAMPION: 'none' } : train ? {} : { INPUT_COMMAND: 'true' };
  const child = spawn(process.execPath, programOf(name), {
    cwd: copy,
    env: {
      ...teamEnvironment(repository, env),
      RUNNER_TOOL_CACHE: toolCache(env),
      GITHUB_WORKSPACE: copy,
      RUNNER_TEMP: temp,
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
      INPUT_MODEL: adoption.model,
      ...inputs,
    },
  });
  const parts: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => parts.push(text));
  const exitCode = await new Promise<number>((resolve, reject) =>
    child.on('error', reject).on('close', (code) => resolve(code ?? 1)),
  );
  return {
    exitCode,
    outputs: await readFile(output, 'utf8'),
    summary: await readFile(summary, 'utf8'),
    log: parts.join(''),
  };
}

/** The action's source in a checkout; in the package the command line runs it. */
function programOf(action: string): readonly string[] {
  const source = join(PROJECT_ROOT, 'actions', action, 'index.ts');
  return existsSync(source) ? [source] : [join(PROJECT_ROOT, 'dist', 'index.js'), AS_ACTION, action];
}

/** A run of this program in a workflow is not that workflow's judgement. */
function withoutGitHub(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(?:GITHUB_|ACTIONS_|INPUT_|RUNNER_)/.test(name)));
}
