import type { TidegateConfig } from '../../config/tidegate-config.ts';
import type { ReadManifest } from '../../domain/manifest/deployable-target.ts';
import { CONFIG_FILE } from '../../domain/policy/config-file.ts';
import { type Problem, UserError } from '../../errors.ts';
import type { CheckAnnotation, Checks } from '../../ports/github/checks.ts';
import type { Commits } from '../../ports/github/commits.ts';
import { inlineCode } from '../../render/text/inline-code.ts';
import type { BotParser } from '../registry/in-process-parser.ts';

/** The check that says whether tidegate.yaml can be read, at its lines. */
export const CONFIG_CHECK = 'tidegate / config';

/** Chosen: anyone who fixes the first fifty sees the rest at the next push. */
const MAX_ANNOTATIONS = 50;
/** Chosen: together they stay below the 65,535 characters that GitHub takes of a summary. */
const [MAX_LISTED, MAX_LINE_CHARACTERS] = [100, 600];

/** Chosen: more manifests than a person changes at once, and few enough requests for each push of a stranger. */
export const MAX_CHECKED_MANIFESTS = 50;

/** Dependencies of reading and showing. */
export interface ConfigCheckPorts {
  readonly commits: Pick<Commits, 'read'>;
  readonly checks: Pick<Checks, 'show'>;
  /** Reads the texts, which a pull request's author wrote. */
  readonly parser: Pick<BotParser, 'parseConfig' | 'checkTargets'>;
}

/** The config of a commit. */
export interface CheckedConfig {
  /** Undefined where it cannot be read. */
  readonly config: TidegateConfig | undefined;
  /** Of the config and of its targets; none: it holds. */
  readonly problems: readonly Problem[];
}

/**
 * Shows whether the config of a commit holds, and whether a version could be written into its targets: one check run, with
 * an annotation per problem. A file that is too large, not UTF-8 or no file is a problem of it.
 *
 * @returns Undefined where the commit has no config.
 * @throws {ServiceError} PARSER_BUSY (retryable).
 */
export async function showConfigCheck(headSha: string, ports: ConfigCheckPorts): Promise<CheckedConfig | undefined> {
  const text = await orProblems(ports.commits.read(CONFIG_FILE, headSha));
  if (text === undefined) return undefined;
  const config = typeof text === 'string' ? await orProblems(ports.parser.parseConfig(text)) : text;
  if (typeof text !== 'string' || 'problems' in config) {
    const { problems } = 'problems' in config ? config : { problems: [] };
    await showProblems(headSha, { problems, unread: 0 }, ports.checks);
    return { config: undefined, problems };
  }
  const { manifests, unread } = await readManifests(config, headSha, ports);
  const found = manifests.length === 0 ? [] : await orProblems(ports.parser.checkTargets(text, manifests));
  const problems = 'problems' in found ? found.problems : found;
  await showProblems(headSha, { problems, unread }, ports.checks);
  return { config, problems };
}

/** The manifests that targets name, as the commit has them. */
async function readManifests(config: TidegateConfig, sha: string, { commits }: ConfigCheckPorts) {
  const targets = Object.values(config.models).flatMap(({ environments }) =>
    environments.flatMap((one) => one.targets),
  );
  const files = [...new Set(targets.map(({ file }) => file))];
  const manifests: ReadManifest[] = [];
  for (const file of files.slice(0, MAX_CHECKED_MANIFESTS)) {
    const text = await orProblems(commits.read(file, sha));
    manifests.push(typeof text === 'object' ? { file, text: undefined, problem: messageOf(text) } : { file, text });
  }
  return { manifests, unread: files.length - manifests.length };
}

function messageOf({ problems: [first] }: { readonly problems: readonly Problem[] }): string {
  return first?.message ?? 'it cannot be read';
}

async function orProblems<T>(work: Promise<T>): Promise<T | { readonly problems: readonly Problem[] }> {
  return work.catch((error: unknown) => {
    if (error instanceof UserError) return { problems: error.problems };
    throw error;
  });
}

async function showProblems(
  headSha: string,
  { problems, unread }: { readonly problems: readonly Problem[]; readonly unread: number },
  checks: Pick<Checks, 'show'>,
): Promise<void> {
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  const rest = unread === 0 ? '' : `\n\nThe targets in ${unread} more files were not looked at.`;
  await checks.show({
    name: CONFIG_CHECK,
    headSha,
    conclusion: problems.length === 0 ? 'success' : 'failure',
    title: problems.length === 0 ? `${CONFIG_FILE} is valid` : `${CONFIG_FILE} has ${count}`,
    summary: `${summaryOf(problems)}${rest}`,
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

function toAnnotation({ message, fix, place }: Problem): CheckAnnotation {
  return { path: CONFIG_FILE, line: place?.line ?? 1, level: 'failure', message: `${message}. ${fix}` };
}
