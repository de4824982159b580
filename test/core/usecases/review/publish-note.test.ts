import { setTimeout as delay } from 'node:timers/promises';
import { fetch } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GitLabClient } from '../../../../core/adapters/gitlab/gitlab-client.ts';
import { GitLabMergeRequestNotes } from '../../../../core/adapters/gitlab/gitlab-merge-request-notes.ts';
import type { MergeRequestNotes } from '../../../../core/ports/gitlab/merge-request-notes.ts';
import { parseCommentData } from '../../../../core/render/comment.ts';
import type { EvaluationReport } from '../../../../core/reports/evaluation-report.ts';
import { publishNote } from '../../../../core/usecases/review/publish-note.ts';
import { type GitLabServer, MAX_NOTE_CHARACTERS, startGitLab } from '../../../../testkit/gitlab.ts';
import { SAMPLE_REPORTS } from '../../reports/sample-reports.ts';

const report = SAMPLE_REPORTS.evaluation;
const { model } = report;
const head = 'a'.repeat(40);

let server: GitLabServer;
beforeEach(async () => {
  const users = [{ token: 'own', id: 7, scopes: ['api'], projects: [3] }];
  server = await startGitLab({ project: 3, mergeRequest: 5, users });
});
afterEach(() => server.close());

function notesHere(): MergeRequestNotes {
  const client = new GitLabClient({ apiUrl: server.apiUrl, token: 'own', fetch, sleep: () => delay(1) });
  return new GitLabMergeRequestNotes(client, { project: '3', iid: 5 });
}

const publish = (id: number, shown: EvaluationReport | string = report) =>
  publishNote({ model, report: shown, run: { id, head } }, notesHere());

/** A report of another candidate. */
const other = (digit: string): EvaluationReport => ({
  ...report,
  candidate: { ...report.candidate, digest: `sha256:${digit.repeat(64)}` },
});

describe('publishNote', () => {
  it('writes one note per model, and edits it in place', async () => {
    server.add({ body: 'a note of a person', author: 1, system: false });
    expect(await publish(1)).toBe('created');
    expect(await publish(1)).toBe('unchanged');
    expect(await publish(2, other('1'))).toBe('updated');
    await publishNote({ model: 'another', report: { ...report, model: 'another' }, run: { id: 2, head } }, notesHere());
    const own = server.notes.filter(({ author }) => author === 7);
    expect(own).toHaveLength(2);
    expect(parseCommentData(own[0]?.body)?.candidates).toHaveLength(2);
    expect(own[0]?.body).toContain('candidate number 2');
  });

  it('takes no note of another person for its own', async () => {
    await publish(1);
    const [own] = server.notes;
    const forged = server.add({ body: own?.body ?? '', author: 1, system: false });
    server.notes.splice(0, 1);
    expect(await publish(2)).toBe('created');
    expect(server.notes.map(({ author }) => author)).toEqual([1, 7]);
    expect(forged.body).toBe(own?.body);
  });

  it('shows what the newest pipeline found, in whatever order they end', async () => {
    await publish(9, other('9'));
    expect(await publish(8)).toBe('newer-shown');
    expect(parseCommentData(server.notes[0]?.body)?.run?.id).toBe(9);
  });

  it('says that there is no report, and does not forget the candidates', async () => {
    await publish(1);
    expect(await publish(2, 'the job ended early')).toBe('updated');
    expect(server.notes[0]?.body).toContain('no report');
    await publish(3, other('1'));
    expect(server.notes[0]?.body).toContain('candidate number 2');
  });

  it('leaves one note where several pipelines write the first one at once', async () => {
    for (let round = 0; round < 10; round += 1) {
      server.notes.length = 0;
      await Promise.all([1, 2, 3].map((id) => publish(id, other(String(id)))));
      // Who came last sees all; a later pipeline never finds more than one.
      await publish(4, other('4'));
      expect(server.notes).toHaveLength(1);
      expect(parseCommentData(server.notes[0]?.body)?.run?.id).toBe(4);
    }
  });

  it('lets no text of a report be a quick action, and fits what GitLab keeps', async () => {
    const hostile = '\n/merge\n/close\n!1 ~bug';
    const [first] = report.rules;
    const rules = Array.from({ length: 8000 }, (_, index) => ({
      ...report.rules[0],
      ...{
        rule: { ...first?.rule, metric: `m${index}${hostile}` },
        index,
        verdict: 'fail',
        reason: hostile.repeat(30),
      },
      slice: { column: hostile, value: `${index}${hostile}` },
    })) as unknown as EvaluationReport['rules'];
    await publish(1, { ...report, rules, championNote: hostile });
    await publish(2, hostile);
    await publish(3, { ...report, rules, championNote: hostile });
    expect(server.commands).toEqual([]);
    const [note] = server.notes;
    expect([...(note?.body ?? '')].length).toBeGreaterThan(100_000);
    expect([...(note?.body ?? '')].length).toBeLessThanOrEqual(MAX_NOTE_CHARACTERS);
  });
});
