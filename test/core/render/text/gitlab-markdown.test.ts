import { marked } from 'marked';
import { describe, expect, it } from 'vitest';
import { renderEvaluationComment } from '../../../../core/render/comment.ts';
import { toGitLabMarkdown } from '../../../../core/render/text/gitlab-markdown.ts';
import { SAMPLE_REPORTS } from '../../reports/sample-reports.ts';

const ACTIONS = ['/merge', ' /close', '\t/approve', '/label ~bug', '/assign @mona\n/draft'];
const REFERENCES = ['!12', '%"next"', '%next', '~bug', '~"a b"', '$4', '&5', '^alert#1', 'a/b!3'];

describe('toGitLabMarkdown', () => {
  it.each(ACTIONS)('lets no line be a quick action: %j', (text) => {
    for (const body of [text, `text\n${text}`, `\`\`\`\ncode\n\`\`\`\n${text}`, `\`\`\`\n${text}`]) {
      expect(toGitLabMarkdown(body)).not.toMatch(/^\s*\/\w/m);
    }
  });

  it.each(REFERENCES)('names nothing of the project by accident: %j', (text) => {
    expect(toGitLabMarkdown(text)).not.toMatch(/[!%~$^](?=["\w])|&(?=\d)/);
    expect(toGitLabMarkdown(text).replaceAll('\u200b', '')).toBe(text);
  });

  it('leaves charts, code and what is hidden as they are', () => {
    const text = '<!-- tidegate:v1:data e30= -->\n```mermaid\n%%{init: {}}%%\na~b!1\n```\n~~~\n```\n!1\n~~~';
    expect(toGitLabMarkdown(text)).toBe(text);
  });

  it('shows a comment as GitHub does', async () => {
    const { evaluation: report } = SAMPLE_REPORTS;
    const looks = { dataset: report.dataset.digest, candidates: [report.candidate.digest] };
    const [body = ''] = renderEvaluationComment({ report, looks, gateChanged: true });
    const shown = await marked.parse(toGitLabMarkdown(body));
    expect(shown.replaceAll('\u200b', '')).toBe((await marked.parse(body)).replaceAll('\u200b', ''));
    for (const part of ['<table>', '<details>', 'class="language-mermaid"']) expect(shown).toContain(part);
  });
});
