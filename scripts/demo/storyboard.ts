import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RepositorySnapshot } from '../../testkit/github/snapshot.ts';
import { PROJECT_ROOT } from '../project-root.ts';
import type { Story } from './story.ts';
import { renderAct } from './storyboard-act.ts';
import { escapeHtml } from './storyboard-markdown.ts';
import { STYLE } from './storyboard-style.ts';

/** Content of the storyboard. */
export interface StoryboardContent {
  readonly story: Story;
  readonly snapshot: RepositorySnapshot;
  readonly fast: boolean;
}

/** Writes `index.html` and the library that draws its charts; neither needs a network. */
export async function writeStoryboard(out: string, content: StoryboardContent): Promise<void> {
  await mkdir(out, { recursive: true });
  const mermaid = join(PROJECT_ROOT, 'node_modules', 'mermaid', 'dist', 'mermaid.min.js');
  await copyFile(mermaid, join(out, 'mermaid.min.js'));
  await writeFile(join(out, 'index.html'), renderPage(content));
}

function renderPage({ story, snapshot, fast }: StoryboardContent): string {
  const held = story.expectations.filter(({ holds }) => holds).length;
  const nav = story.acts.map(
    ({ number, title }) => `<li><a href="#act-${number}"><b>${number}</b> ${escapeHtml(title)}</a></li>`,
  );
  const versions = snapshot.tags.map(({ name }) => name.split('@')[1] ?? name).join(', ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tidegate: a model's life in six acts</title>
<style>${STYLE}</style>
</head>
<body>
<header class="top">
  <h1>A model's life in six acts</h1>
  <p>Will this flight be late? A small team, real flights of 2001${fast ? ' (every fourth)' : ''}, one repository. Everything
  below is what GitHub would have shown: the product decided, nothing is scripted.</p>
  <p class="facts"><span><b>${snapshot.pullRequests.length}</b> pull requests</span> <span><b>${snapshot.runs.length}</b> workflow runs</span>
  <span>versions <b>${escapeHtml(versions)}</b></span> <span><b>${held} of ${story.expectations.length}</b> expectations hold</span></p>
  <nav aria-label="Acts"><ol>${nav.join('')}</ol></nav>
</header>
<main>${story.acts.map((act) => renderAct(act, { story, snapshot })).join('\n')}</main>
<footer>Flights: US Bureau of Transportation Statistics, on-time records January to June 2001.</footer>
<script src="mermaid.min.js"></script>
<script>
mermaid.initialize({ startOnLoad: false, securityLevel: 'strict', theme: 'neutral' });
const draw = () => mermaid.run({ querySelector: '.mermaid' }).finally(() => { document.body.dataset.drawn = 'yes'; });
// A chart in a closed fold has no size to draw for: open all, draw, close again.
const folds = [...document.querySelectorAll('details:not([open])')];
for (const fold of folds) fold.open = true;
draw().then(() => { for (const fold of folds) fold.open = false; });
</script>
</body>
</html>
`;
}
