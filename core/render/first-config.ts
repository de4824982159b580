import { CONFIG_FILE } from '../domain/policy/config-file.ts';
import type { Problem } from '../errors.ts';
import { inlineCode } from './text/inline-code.ts';
import { formatMarker } from './text/marker.ts';
import { renderTable } from './text/table.ts';

/** A model that a pull request brings with its first tidegate.yaml. */
export interface FoundModel {
  readonly name: string;
  readonly task: string;
  readonly artifact: string;
  /** Paths, as tidegate.yaml has them. */
  readonly judgedOn: readonly string[];
  readonly rules: number;
  /** Names in promotion order. */
  readonly environments: readonly string[];
}

/** The first tidegate.yaml of a repository. */
export interface FirstConfigView {
  /** Undefined where it cannot be read. */
  readonly models: readonly FoundModel[] | undefined;
  readonly problems: readonly Problem[];
}

/** Chosen: a person reads no longer table or list; the check has all problems. */
const [MAX_MODELS, MAX_PROBLEMS, MAX_ENVIRONMENTS] = [20, 10, 10] as const;

/** The first line of the comment, by which it is found again. */
export const FIRST_CONFIG_MARKER = formatMarker('config', CONFIG_FILE);

/** The comment on a pull request that brings tidegate.yaml to a default branch that has none. */
export function renderFirstConfig({ models, problems }: FirstConfigView): string {
  const parts = [
    FIRST_CONFIG_MARKER,
    '### Tidegate · first set-up',
    'This pull request adds `tidegate.yaml`. The bot follows the one of the default branch alone, so this pull request is not judged by it: pull requests are **judged from the next one on**, after this one is merged.',
    models === undefined ? '' : renderModels(models),
    problems.length === 0 ? '' : renderProblems(problems),
    'After the merge, write `/tidegate doctor` in a comment: the answer lists what is set up on GitHub and what is missing.',
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function renderModels(models: readonly FoundModel[]): string {
  const rows = models
    .slice(0, MAX_MODELS)
    .map(({ name, task, artifact, judgedOn, rules, environments }) => [
      inlineCode(name, 100),
      task,
      inlineCode(artifact, 100),
      judgedOn.map((file) => inlineCode(file, 100)).join(', '),
      String(rules),
      environments.length === 0 ? 'none' : environments.slice(0, MAX_ENVIRONMENTS).join(', '),
    ]);
  const rest = models.length > MAX_MODELS ? `\n\nAnd ${models.length - MAX_MODELS} more models.` : '';
  const header = ['model', 'task', 'artifact', 'judged on', 'rules', 'environments'];
  return `Found in the file:\n\n${renderTable(header, rows)}${rest}`;
}

function renderProblems(problems: readonly Problem[]): string {
  const lines = problems
    .slice(0, MAX_PROBLEMS)
    .map(({ message, fix, place }) => `- ${lineOf(place?.line)}${inlineCode(`${message}. ${fix}`, 600)}`);
  const rest = problems.length - lines.length;
  const more = rest === 0 ? [] : [`- and ${rest} more in the check \`tidegate / config\``];
  return `❌ Fix before you merge:\n\n${[...lines, ...more].join('\n')}`;
}

function lineOf(line: number | undefined): string {
  return line === undefined ? '' : `line ${line}: `;
}
