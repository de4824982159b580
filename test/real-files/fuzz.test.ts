import { afterAll, describe, expect, it } from 'vitest';
import { Evaluator } from './evaluate-here.ts';
import type { Finding } from './finding.ts';
import { formatFinding } from './finding.ts';
import { fuzzCsv } from './fuzz-csv.ts';
import { fuzzCuts } from './fuzz-cuts.ts';
import { fuzzDvc } from './fuzz-dvc.ts';
import { fuzzModels } from './fuzz-models.ts';
import { fuzzPython } from './fuzz-python.ts';

/** Fixed, so that a run says the same everywhere; `npm run fuzz` goes on with others. */
const SEED = 1;
const evaluator = new Evaluator();

afterAll(() => evaluator.tables.close());

const shown = (findings: readonly Finding[]) => findings.map(formatFinding).join('\n');

describe('inputs at random give the value of a peer, or a refusal', () => {
  it('for CSV in all dialects, with faults, beside pandas', async () => {
    expect(shown(await fuzzCsv(SEED, 200, evaluator.tables))).toBe('');
  });

  it("for ONNX graphs, beside Python's ONNX Runtime", async () => {
    expect(shown(await fuzzModels(SEED, 60, evaluator))).toBe('');
  });

  it('for small DVC repositories, beside the real dvc', async () => {
    expect(shown(await fuzzDvc(SEED, 4))).toBe('');
  });

  it("for Python files of parameters, beside DVC's reader", async () => {
    expect(shown(await fuzzPython(SEED, 3000))).toBe('');
  });

  it('for every kind of file, cut at every kibibyte', async () => {
    expect(shown(await fuzzCuts(SEED, evaluator))).toBe('');
  });
});
