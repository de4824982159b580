import type { Environment } from '../../actions/action-context.ts';
import type { MergeRequestName } from '../../core/adapters/gitlab/gitlab-merge-request-notes.ts';
import { type Problem, UserError } from '../../core/errors.ts';

/** The merge request of a pipeline, and the token that may write to it. */
export interface MergeRequestOfJob extends MergeRequestName {
  readonly apiUrl: string;
  readonly token: string;
  /** `CI_PIPELINE_ID` */
  readonly pipeline: number;
  /** The commit that the pipeline is for. */
  readonly commit: string;
}

const IN_A_JOB = 'GitLab sets it in its jobs; set it yourself elsewhere.';

/**
 * Reads the merge request from GitLab's predefined variables.
 *
 * @throws {UserError} INPUT_INVALID with all that is missing; CREDENTIALS_MISSING without a token.
 */
export function readMergeRequest(env: Environment): MergeRequestOfJob {
  const problems: Problem[] = [];
  const read = (name: string, pattern: RegExp, fix = IN_A_JOB) => {
    const value = env[name] ?? '';
    if (pattern.test(value)) return value;
    const what = value === '' ? 'is not set' : `is ${JSON.stringify(value.slice(0, 100))}`;
    problems.push({ message: `${name} ${what}`, fix });
    return '';
  };
  const apiUrl = read('CI_API_V4_URL', /^https?:\/\/[^\s?#@]+$/).replace(/\/+$/, '');
  const project = read('CI_PROJECT_ID', /^[\w./-]{1,300}$/);
  const onlyIn =
    "Run this job in merge request pipelines: rules: [{ if: $CI_PIPELINE_SOURCE == 'merge_request_event' }].";
  const iid = Number(read('CI_MERGE_REQUEST_IID', /^[1-9]\d{0,8}$/, onlyIn));
  const pipeline = Number(read('CI_PIPELINE_ID', /^[1-9]\d{0,14}$/));
  const commit = read('CI_COMMIT_SHA', /^[0-9a-f]{40}$/);
  if (problems.length > 0) throw UserError.ofProblems('INPUT_INVALID', problems);
  const token = env.GITLAB_TOKEN;
  if (!token) {
    throw new UserError('CREDENTIALS_MISSING', 'there is no token that may write a note: GITLAB_TOKEN is not set', {
      fix: 'Make a project access token (Settings > Access tokens: role Reporter, scope api) and add it as the masked CI/CD variable GITLAB_TOKEN, not protected, so that merge requests see it. CI_JOB_TOKEN cannot write notes.',
    });
  }
  return { apiUrl, project, iid, pipeline, commit, token };
}
