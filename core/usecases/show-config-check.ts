import { parseConfig } from '../config/parse-config.ts';
import { type Problem, UserError } from '../errors.ts';
import type { CheckAnnotation, CheckRuns } from '../ports/check-runs.ts';
import { inlineCode } from '../render/text/inline-code.ts';

/** The check that says whether tidegate.yaml can be read, at its lines. */
export const CONFIG_CHECK = 'tidegate / config';

const FILE = 'tidegate.yaml';
/** Chosen: whoever mends the first fifty sees the rest at the next push. */
const MAX_ANNOTATIONS = 50;

/** The config of a commit. */
export interface ConfigCheckRequest {
  readonly text: string;
  readonly headSha: string;
}

/**
 * Shows whether the config of a commit holds: one check run, with an annotation a problem.
 *
 * @returns Whether it holds.
 */
export async function showConfigCheck({ text, headSha }: ConfigCheckRequest, checks: CheckRuns): Promise<boolean> {
  const problems = problemsOf(text);
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  await checks.show({
    name: CONFIG_CHECK,
    headSha,
    conclusion: problems.length === 0 ? 'success' : 'failure',
    title: problems.length === 0 ? `${FILE} holds` : `${FILE} has ${count}`,
    summary:
      problems.map(({ message, fix }) => `- ${inlineCode(`${message}. ${fix}`, 600)}`).join('\n') || 'No problems.',
    annotations: problems.slice(0, MAX_ANNOTATIONS).map(toAnnotation),
  });
  return problems.length === 0;
}

function problemsOf(text: string): readonly Problem[] {
  try {
    parseConfig(text);
    return [];
  } catch (error) {
    if (error instanceof UserError) return error.problems;
    throw error;
  }
}

function toAnnotation({ message, fix, place }: Problem): CheckAnnotation {
  return { path: FILE, line: place?.line ?? 1, level: 'failure', message: `${message}. ${fix}` };
}
