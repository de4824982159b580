// Makes the README's picture from the storyboard of the last demo: the comment on the better model.
import { join } from 'node:path';
import { PROJECT_ROOT } from '../project-root.ts';
import { findProgram } from '../system-programs.ts';
import { pictureOf } from './inspect-storyboard.ts';

const chromiumPath = findProgram('chromium');
if (chromiumPath === undefined) throw new Error('Chromium is not here: apt-get install --yes chromium');
await pictureOf(join(PROJECT_ROOT, 'demo', 'out', 'index.html'), {
  chromiumPath,
  selector: '#act-2 article >> .bubble >> nth=1',
  file: join(PROJECT_ROOT, 'docs', 'images', 'comment.png'),
});
