import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectStoryboard, isSound, type StoryboardInspection } from '../../../scripts/demo/inspect-storyboard.ts';
import { Story } from '../../../scripts/demo/story.ts';
import { writeStoryboard } from '../../../scripts/demo/storyboard.ts';
import { findProgram } from '../../../scripts/system-programs.ts';
import type { RepositorySnapshot } from '../../../testkit/github/snapshot.ts';

const CHART = ['```mermaid', 'xychart-beta', '  x-axis ["0 to 6", "6 to 12"]', '  bar [1, 2]', '```'].join('\n');
const WIDE_TABLE = `| ${'a rather wide column |'.repeat(14)}\n|${'---|'.repeat(14)}\n| ${'1 |'.repeat(14)}`;
const LONG_WORD = `sha256:${'0123456789abcdef'.repeat(12)}`;

const INSPECTION_TIMEOUT_MS = 120_000;
const chromium = findProgram('chromium');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storyboard-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A storyboard of one act with one issue. */
async function inspect(name: string, body: string): Promise<StoryboardInspection> {
  const story = new Story();
  const parts = { what: LONG_WORD, look: 'the issue', play: async () => [1] };
  await story.act('One act', parts);
  const snapshot: RepositorySnapshot = {
    fullName: 'acme/model',
    defaultBranch: 'main',
    pullRequests: [],
    issues: [
      {
        number: 1,
        title: `An issue about ${LONG_WORD}`,
        body,
        author: 'github-actions[bot]',
        state: 'open',
        labels: [],
        comments: [{ author: 'a-person', body, createdAt: '2026-01-01T00:00:00Z', updatedAt: '2026-01-01T00:00:00Z' }],
        createdAt: '2026-01-01T00:00:00Z',
        closedAt: null,
        url: 'https://github.example/acme/model/issues/1',
      },
    ],
    tags: [],
    runs: [],
    commits: [],
    branches: [],
  };
  const out = join(folder, name);
  await writeStoryboard(out, { story, snapshot, fast: true });
  return inspectStoryboard(join(out, 'index.html'), chromium ?? 'chromium');
}

// Skipped where the machine has no Chromium; CI installs it, and a missing one fails there before any test.
describe.skipIf(chromium === undefined)('a storyboard in a browser', { timeout: INSPECTION_TIMEOUT_MS }, () => {
  it('draws its charts, in folds too, fits a phone and a laptop, and asks nobody for anything', async () => {
    const body = `${CHART}\n\n<details><summary>more</summary>\n\n${CHART}\n\n</details>\n\n${WIDE_TABLE}\n\n\`${LONG_WORD}\``;
    const found = await inspect('sound', body);
    expect(found).toEqual({
      charts: 4,
      drawn: 4,
      overflowing: [
        { widthPx: 390, elements: [] },
        { widthPx: 1280, elements: [] },
      ],
      requests: [],
      errors: [],
    });
    expect(isSound(found)).toBe(true);
  });

  it('shows HTML, pictures and links of a text as text: nothing runs and nothing is fetched', async () => {
    const hostile =
      '<img src="https://tracker.example/x.png"> ![x](https://tracker.example/y.png) <script>fetch("https://tracker.example")</script> <a href="javascript:alert(1)">x</a>';
    const found = await inspect('hostile', hostile);
    expect(found.requests).toEqual([]);
    expect(found.errors).toEqual([]);
  });

  it('is unsound with a chart that cannot be drawn', async () => {
    const found = await inspect('broken', '```mermaid\nxychart-beta\n  bar [not, numbers\n```');
    expect(found.drawn).toBeLessThan(found.charts);
    expect(isSound(found)).toBe(false);
  });
});

describe('isSound', () => {
  const sound: StoryboardInspection = { charts: 2, drawn: 2, overflowing: [], requests: [], errors: [] };
  const unsound: readonly { name: string; changed: Partial<StoryboardInspection> }[] = [
    { name: 'an element sticks out', changed: { overflowing: [{ widthPx: 390, elements: ['table.'] }] } },
    { name: 'a request left the machine', changed: { requests: ['https://tracker.example/'] } },
    { name: 'the page threw', changed: { errors: ['x is not defined'] } },
    { name: 'a chart is missing', changed: { drawn: 1 } },
  ];
  it.each(unsound)('is false when $name', ({ changed }) => {
    expect(isSound(sound)).toBe(true);
    expect(isSound({ ...sound, ...changed })).toBe(false);
  });
});
