import type { CheckAnnotation, CheckRun, Checks } from '../../ports/github/checks.ts';

import { type GitHubClient, orServiceError, type RepositoryName } from './github-client.ts';

/** GitHub takes 50 annotations a request. */
const ANNOTATIONS_PER_REQUEST = 50;
const MAX_SUMMARY_CHARACTERS = 65_000;

/** Check runs of a GitHub App. */
export class GitHubCheckRuns implements Pick<Checks, 'show' | 'summaries'> {
  readonly #client: GitHubClient;
  readonly #repository: RepositoryName;
  readonly #appId: number;

  /** @param appId Of our own App: check runs of others are left alone. */
  constructor(client: GitHubClient, repository: RepositoryName, appId: number) {
    this.#client = client;
    this.#repository = repository;
    this.#appId = appId;
  }

  async show(check: CheckRun): Promise<void> {
    const existing = await this.#find(check);
    const wanted = { ...state(check), output: output(check, check.annotations.slice(0, ANNOTATIONS_PER_REQUEST)) };
    if (existing !== undefined && isSame(existing, check)) return;
    const id =
      existing === undefined ? await this.#create(check, wanted) : await this.#update(Number(existing.id), wanted);
    for (let at = ANNOTATIONS_PER_REQUEST; at < check.annotations.length; at += ANNOTATIONS_PER_REQUEST) {
      const page = check.annotations.slice(at, at + ANNOTATIONS_PER_REQUEST);
      await this.#update(id, { ...state(check), output: output(check, page) });
    }
  }

  async summaries(name: string, headSha: string): Promise<readonly string[]> {
    const answer = this.#client.request('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', {
      ...this.#repository,
      ref: headSha,
      check_name: name,
      per_page: 100,
    });
    const { data } = await orServiceError(answer, `reading the checks of ${headSha}`, 'checks: read');
    return data.check_runs
      .filter((run) => run.name === name && run.app !== null && run.app.slug !== 'github-actions')
      .map(({ output: { summary } }) => summary ?? '');
  }

  async #find({ name, headSha }: CheckRun) {
    const answer = this.#client.request('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', {
      ...this.#repository,
      ref: headSha,
      check_name: name,
      app_id: this.#appId,
      per_page: 100,
    });
    const { data } = await orServiceError(answer, `reading the checks of ${headSha}`, 'checks: read');
    return data.check_runs.find((run) => run.name === name && run.app?.id === this.#appId);
  }

  async #create({ name, headSha }: CheckRun, wanted: ReturnType<typeof state> & { output: ReturnType<typeof output> }) {
    const answer = this.#client.request('POST /repos/{owner}/{repo}/check-runs', {
      ...this.#repository,
      name,
      head_sha: headSha,
      ...wanted,
    });
    return Number((await orServiceError(answer, `creating the check ${name}`, 'checks: write')).data.id);
  }

  async #update(id: number, wanted: ReturnType<typeof state> & { output: ReturnType<typeof output> }) {
    const answer = this.#client.request('PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', {
      ...this.#repository,
      check_run_id: id,
      ...wanted,
    });
    await orServiceError(answer, `updating the check ${id}`, 'checks: write');
    return id;
  }
}

function state({ conclusion }: CheckRun) {
  if (conclusion === 'pending') return { status: 'in_progress' as const };
  return { status: 'completed' as const, conclusion };
}

function output({ title, summary }: CheckRun, annotations: readonly CheckAnnotation[]) {
  return {
    title,
    summary: summary.slice(0, MAX_SUMMARY_CHARACTERS),
    annotations: annotations.map(({ path, line, level, message }) => ({
      path,
      start_line: line,
      end_line: line,
      annotation_level: level,
      message,
    })),
  };
}

function isSame(
  run: {
    status: string;
    conclusion: string | null;
    output: { title: string | null; summary: string | null; annotations_count: number };
  },
  check: CheckRun,
): boolean {
  const wanted = state(check);
  return (
    run.status === wanted.status &&
    (run.conclusion ?? undefined) === ('conclusion' in wanted ? wanted.conclusion : undefined) &&
    run.output.title === check.title &&
    run.output.summary === check.summary.slice(0, MAX_SUMMARY_CHARACTERS)
  );
}
