import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import calibration from '../../docs/calibration-folds.json' with { type: 'json' };
import { FOLD_SCENARIOS, type FoldCell, runFolds } from '../../scripts/calibrate/folds.ts';
import { renderFolds } from '../../scripts/calibrate/folds-table.ts';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';

const cells = calibration.cells as readonly FoldCell[];

describe('the committed calibration of cross-validation', () => {
  it.each(cells.map((cell, at) => ({ name: `${cell.task}, ${cell.rows} rows, ${cell.folds} folds`, cell, at })))(
    'is what the code gives: $name',
    ({ cell, at }) => {
      const { task, rows, folds, repeats, seed, sample } = cell;
      expect({ task, rows, folds, repeats }).toEqual(FOLD_SCENARIOS[at]);
      expect(sample.repetitions).toBeGreaterThanOrEqual(60);
      const again = runFolds({ task, rows, folds, repeats }, { repetitions: sample.repetitions, seed });
      expect(again).toEqual(sample.counts);
    },
  );

  it('holds every scenario, and its page is written from it', async () => {
    expect(cells).toHaveLength(FOLD_SCENARIOS.length);
    const page = await readFile(join(PROJECT_ROOT, 'docs', 'calibration-folds.md'), 'utf8');
    expect(page).toBe(renderFolds(cells));
  });
});
