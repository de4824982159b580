import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../project-root.ts';
import { runOrThrow } from '../run-command.ts';
import { timedStep } from '../timed-step.ts';
import type { FileResult, Survivor } from './table.ts';

/** Not among the packages of the project: nothing but this needs it, and it brings 150 others. */
const VERSION = '10.1.1';
const TOOLS = join(PROJECT_ROOT, '.tools', `stryker-${VERSION}`);
const REPORT = join(TOOLS, 'report.json');

/** Report of Stryker, as far as it is read here. */
interface StrykerReport {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>;
}

interface Mutant {
  readonly mutatorName: string;
  readonly status: string;
  readonly replacement?: string;
  readonly location: { readonly start: Place; readonly end: Place };
}

interface Place {
  readonly line: number;
  readonly column: number;
}

/**
 * Mutates files of the domain in a copy of the project, and runs the tests of the gate, the metrics and the evaluation
 * that reach each mutant.
 *
 * @returns By file.
 */
export async function mutateFiles(files: readonly string[]): Promise<ReadonlyMap<string, FileResult>> {
  await ensureStryker();
  const config = join(TOOLS, 'stryker.config.json');
  await writeFile(config, JSON.stringify(configOf(files)));
  await runOrThrow(
    process.execPath,
    [join(TOOLS, 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js'), 'run', config],
    { cwd: PROJECT_ROOT },
  );
  const report: StrykerReport = JSON.parse(await readFile(REPORT, 'utf8'));
  return new Map(
    files.map((file): [string, FileResult] => {
      const found = report.files[file];
      // A file without a line to change, such as one of types, is not in the report.
      return [
        file,
        found === undefined ? { killed: 0, ignored: 0, survivors: [] } : summarize(found.source, found.mutants),
      ];
    }),
  );
}

function configOf(files: readonly string[]) {
  return {
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    mutate: files,
    vitest: { configFile: 'scripts/mutate/vitest.config.ts', related: false },
    coverageAnalysis: 'perTest',
    concurrency: 1,
    // Constants that are read once, when a module loads, have every test run again for each: four seconds.
    ignoreStatic: false,
    timeoutMS: 10_000,
    reporters: ['json'],
    jsonReporter: { fileName: REPORT },
    tempDirName: join('.tools', 'stryker-sandbox'),
    // What the tests of the domain do not read is not copied; TypeScript 7 has no interface to rewrite a tsconfig with.
    ignorePatterns: ['.tools', '.github', 'actions', 'bot', 'demo', 'templates', 'docs/images', 'lib', 'coverage'],
    tsconfigFile: 'none.json',
  };
}

async function ensureStryker(): Promise<void> {
  const stamp = join(TOOLS, '.complete');
  if (existsSync(stamp)) return;
  await timedStep(`Installing Stryker ${VERSION}`, async () => {
    await rm(TOOLS, { recursive: true, force: true });
    await mkdir(TOOLS, { recursive: true });
    await writeFile(join(TOOLS, 'package.json'), '{"private":true}');
    const packages = ['core', 'vitest-runner'].map((name) => `@stryker-mutator/${name}@${VERSION}`);
    // Vitest itself is the project's.
    const quiet = ['--legacy-peer-deps', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
    await runOrThrow('npm', ['install', ...quiet, ...packages], { cwd: TOOLS });
    await writeFile(stamp, '');
  });
}

function summarize(source: string, mutants: readonly Mutant[]): FileResult {
  const count = (...statuses: readonly string[]) => mutants.filter(({ status }) => statuses.includes(status)).length;
  const lines = source.split('\n');
  const survivors = mutants
    .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
    .map((mutant): Survivor => survivorOf(mutant, lines))
    .sort((a, b) => a.line - b.line || (a.to < b.to ? -1 : 1));
  return { killed: count('Killed', 'Timeout', 'RuntimeError'), ignored: count('Ignored'), survivors };
}

function survivorOf({ location: { start, end }, replacement = '' }: Mutant, lines: readonly string[]): Survivor {
  const first = lines[start.line - 1] ?? '';
  const from = start.line === end.line ? first.slice(start.column - 1, end.column - 1) : first.slice(start.column - 1);
  return { line: start.line, from: from.slice(0, 120), to: replacement.replaceAll('\n', ' ').slice(0, 120) };
}
