import { CONFIG_FILE } from '../../domain/policy/config-file.ts';
import { type Problem, UserError } from '../../errors.ts';
import type { CheckAnnotation, Checks } from '../../ports/github/checks.ts';
import type { Commits } from '../../ports/github/commits.ts';
import { inlineCode } from '../../render/text/inline-code.ts';
import { type BotParser, inProcessParser } from '../registry/in-process-parser.ts';

/** The check that says whether tidegate.yaml can be read, at its lines. */
export const CONFIG_CHECK = 'tidegate / config';

/** Chosen: anyone who fixes the first fifty sees the rest at the next push. */
const MAX_ANNOTATIONS = 50;
/** Chosen: together they stay below the 65,535 characters that GitHub takes of a summary. */
const [MAX_LISTED, MAX_LINE_CHARACTERS] = [100, 600];

/** Dependencies of reading and showing. */
export interface ConfigCheckPorts {
  readonly commits: Pick<Commits, 'read'>;
  readonly checks: Pick<Checks, 'show'>;
  /** Reads the text, which a pull request's author wrote. */
  readonly parser: Pick<BotParser, 'parseConfig'>;
}

/** The config of a commit. */
export interface ConfigCheckRequest {
  readonly text: string;
  readonly headSha: string;
}

/**
 * The same for a commit whose config was not read yet: a file that is too large, not UTF-8 or no file is a problem of it.
 *
 * @returns Whether it holds; undefined where the commit has no config.
 */
export async function showConfigCheckOf(
  headSha: string,
  { commits, checks, parser }: ConfigCheckPorts,
): Promise<boolean | undefined> {
  try {
    const text = await commits.read(CONFIG_FILE, headSha);
    return text === undefined ? undefined : await showConfigCheck({ text, headSha }, checks, parser);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    await showProblems(headSha, error.problems, checks);
    return false;
  }
}

/**
 * Shows whether the config of a commit holds: one check run, with an annotation per problem.
 *
 * @param parser Reads the text, which a pull request's author wrote.
 * @returns Whether it holds.
 * @throws {ServiceError} PARSER_BUSY (retryable).
 */
export async function showConfigCheck(
  { text, headSha }: ConfigCheckRequest,
  checks: Pick<Checks, 'show'>,
  parser: Pick<BotParser, 'parseConfig'> = inProcessParser,
): Promise<boolean> {
  const problems = await problemsOf(text, parser);
  await showProblems(headSha, problems, checks);
  return problems.length === 0;
}

async function showProblems(
  headSha: string,
  problems: readonly Problem[],
  checks: Pick<Checks, 'show'>,
): Promise<void> {
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  await checks.show({
    name: CONFIG_CHECK,
    headSha,
    conclusion: problems.length === 0 ? 'success' : 'failure',
    title: problems.length === 0 ? `${CONFIG_FILE} is valid` : `${CONFIG_FILE} has ${count}`,
    summary: summaryOf(problems),
    annotations: problems.slice(0, MAX_ANNOTATIONS).map(toAnnotation),
  });
}

function summaryOf(problems: readonly Problem[]): string {
  if (problems.length === 0) return 'No problems.';
  const lines = problems
    .slice(0, MAX_LISTED)
    .map(({ message, fix }) => `- ${inlineCode(`${message}. ${fix}`, MAX_LINE_CHARACTERS)}`);
  const rest = problems.length - lines.length;
  return [...lines, ...(rest === 0 ? [] : [`- and ${rest} more`])].join('\n');
}

async function problemsOf(text: string, parser: Pick<BotParser, 'parseConfig'>): Promise<readonly Problem[]> {
  try {
    await parser.parseConfig(text);
    return [];
  } catch (error) {
    if (error instanceof UserError) return error.problems;
    throw error;
  }
}

function toAnnotation({ message, fix, place }: Problem): CheckAnnotation {
  return { path: CONFIG_FILE, line: place?.line ?? 1, level: 'failure', message: `${message}. ${fix}` };
}
