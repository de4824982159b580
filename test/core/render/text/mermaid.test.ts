import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderXyChart } from '../../../../core/render/text/mermaid.ts';
import { PROJECT_ROOT } from '../../../../scripts/project-root.ts';

/** Files of a folder that contain a text. */
function filesWith(text: string): readonly string[] {
  const files = globSync('{core,actions,bot}/**/*.ts', { cwd: PROJECT_ROOT, exclude: (path) => /dist$/.test(path) });
  return files.filter((file) => readFileSync(join(PROJECT_ROOT, file), 'utf8').includes(text)).sort();
}

describe('renderXyChart', () => {
  it('draws bars and lines over places, whose labels end nothing', () => {
    const chart = renderXyChart({
      title: 'shift',
      x: { labels: ['a', 'b"]\n```'], maxCharacters: 10 },
      y: { title: 'shift / limit', from: 0, to: 1.2 },
      series: [
        ['bar', [0.5, 1]],
        ['line', [1, 1]],
      ],
    });
    expect(chart.split('\n')).toEqual([
      '```mermaid',
      'xychart-beta',
      '  title "shift"',
      '  x-axis ["a", "b"]',
      '  y-axis "shift / limit" 0 --> 1.2',
      '  bar [0.5, 1]',
      '  line [1, 1]',
      '```',
    ]);
  });

  it('draws lines over numbers', () => {
    const axis = { title: 'x', from: 0, to: 1 };
    expect(renderXyChart({ title: 't', x: axis, y: axis, series: [['line', [0, 1]]] })).toContain(
      '  x-axis "x" 0 --> 1\n  y-axis "x" 0 --> 1\n  line [0, 1]\n',
    );
  });

  it('is the one place that writes charts, as fold is of what is folded', () => {
    expect(filesWith('xychart')).toEqual([join('core', 'render', 'text', 'mermaid.ts')]);
    expect(filesWith('<details>')).toEqual([join('core', 'render', 'text', 'fold.ts')]);
  });
});
