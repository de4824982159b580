import type { IssueSnapshot, PullRequestSnapshot, RepositorySnapshot } from '../../testkit/github/snapshot.ts';
import type { Act, Story } from './story.ts';
import { escapeHtml, renderDiff, renderMarkdown } from './storyboard-markdown.ts';

type Run = RepositorySnapshot['runs'][number];

const MARKS: Readonly<Record<string, string>> = {
  success: '✅',
  failure: '❌',
  neutral: '➖',
  skipped: '➖',
  cancelled: '⏹️',
};

/** An act as a section: what was done, what came of it, and each pull request and issue as GitHub shows it. */
export function renderAct(
  act: Act,
  { story, snapshot }: { readonly story: Story; readonly snapshot: RepositorySnapshot },
): string {
  const found = story.expectations.filter((expectation) => expectation.act === act.number);
  const checks = found.map(
    ({ expected, holds, found: what }) =>
      `<li class="${holds ? 'holds' : 'broken'}">${holds ? '✓' : '✗'} ${escapeHtml(expected)}${holds ? '' : `: ${escapeHtml(what)}`}</li>`,
  );
  const items = act.items.map((number) => renderItem(number, snapshot));
  return `<section id="act-${act.number}" class="act">
<h2><span class="number">Act ${act.number}</span> ${escapeHtml(act.title)}</h2>
<p class="what">${escapeHtml(act.what)}</p>
<p class="look">Look at ${escapeHtml(act.look)}.</p>
<ul class="expectations">${checks.join('')}</ul>
${items.join('\n')}
</section>`;
}

function renderItem(number: number, snapshot: RepositorySnapshot): string {
  const pullRequest = snapshot.pullRequests.find((one) => one.number === number);
  if (pullRequest !== undefined) return renderPullRequest(pullRequest, snapshot);
  const issue = snapshot.issues.find((one) => one.number === number);
  return issue === undefined ? '' : renderIssue(issue);
}

function renderPullRequest(pullRequest: PullRequestSnapshot, snapshot: RepositorySnapshot): string {
  const state = pullRequest.isMerged ? 'merged' : pullRequest.state;
  const runs = snapshot.runs.filter(
    (run) => pullRequest.runs.includes(run.id) || (run.headSha === pullRequest.mergeCommitSha && run.jobs.length > 0),
  );
  return `<article class="item">
${heading(pullRequest, state, `${pullRequest.headRef} → ${pullRequest.baseRef}`)}
${bubble(pullRequest.author, pullRequest.body)}
${renderFiles(pullRequest)}
${pullRequest.comments.map(({ author, body }) => bubble(author, body)).join('')}
${renderChecks(pullRequest)}
${runs.map(renderRun).join('')}
</article>`;
}

function renderIssue(issue: IssueSnapshot): string {
  return `<article class="item">
${heading(issue, issue.state, issue.labels.join(', '))}
${bubble(issue.author, issue.body)}
${issue.comments.map(({ author, body }) => bubble(author, body)).join('')}
</article>`;
}

function heading({ number, title }: IssueSnapshot, state: string, detail: string): string {
  return `<header><span class="state ${state}">${state}</span>
<h3>${escapeHtml(title)} <span class="muted">#${number}</span></h3><p class="muted detail">${escapeHtml(detail)}</p></header>`;
}

function bubble(author: string, body: string): string {
  if (body.trim() === '') return '';
  return `<div class="bubble"><p class="author">${escapeHtml(author)}</p><div class="markdown">${renderMarkdown(body)}</div></div>`;
}

function renderFiles({ files }: PullRequestSnapshot): string {
  const shown = files.map(({ filename, patch, additions, deletions }) => {
    const title = `${escapeHtml(filename)} <span class="plus">+${additions}</span> <span class="minus">−${deletions}</span>`;
    if (patch === undefined) return `<p class="file">${title}</p>`;
    const open = files.length <= 2 && additions + deletions < 40 ? ' open' : '';
    return `<details class="file"${open}><summary>${title}</summary>${renderDiff(patch)}</details>`;
  });
  if (shown.length <= 6) return `<div class="files">${shown.join('')}</div>`;
  return `<details class="files"><summary>${files.length} files</summary>${shown.join('')}</details>`;
}

function renderChecks({ checks, statuses }: PullRequestSnapshot): string {
  const rows = checks.map(
    ({ name, status, conclusion, output }) =>
      `<li>${MARKS[conclusion ?? ''] ?? '🟡'} <b>${escapeHtml(name)}</b> <span class="muted">${escapeHtml(output.title ?? conclusion ?? status)}</span></li>`,
  );
  const more = statuses.map(({ context, state }) => `<li>${MARKS[state] ?? '🟡'} <b>${escapeHtml(context)}</b></li>`);
  return rows.length + more.length === 0 ? '' : `<ul class="checks">${rows.join('')}${more.join('')}</ul>`;
}

function renderRun(run: Run): string {
  const jobs = run.jobs.map((job) => {
    const summary = job.summary === '' ? '' : `<div class="markdown">${renderMarkdown(job.summary)}</div>`;
    return `<h4>${MARKS[job.conclusion ?? ''] ?? ''} job ${escapeHtml(job.name)}</h4>${summary}
<details class="log"><summary>log</summary><pre class="code">${escapeHtml(job.log.slice(-20_000))}</pre></details>`;
  });
  const artifacts = run.artifacts.map(({ name }) => escapeHtml(name)).join(', ');
  return `<details class="run"><summary>${MARKS[run.conclusion ?? ''] ?? ''} ${escapeHtml(run.name)} <span class="muted">on ${escapeHtml(run.event)}${artifacts === '' ? '' : `; artifacts ${artifacts}`}</span></summary>${jobs.join('')}</details>`;
}
