import { join } from 'node:path';
import { UserError } from '../../core/errors.ts';
import type { Evaluator } from './evaluate-here.ts';
import type { Finding } from './finding.ts';
import { makeInputs } from './make-inputs.ts';
import { areSameScores, type ScoredModel, scoreHere } from './score-here.ts';

interface RandomGraph extends ScoredModel {
  readonly shown: string;
}

/** Random ONNX graphs over random tables: the scores of Python's ONNX Runtime. A refusal is a finding: all can be scored. */
export async function fuzzModels(seed: number, count: number, evaluator: Evaluator): Promise<readonly Finding[]> {
  const made = await makeInputs<RandomGraph>('fuzz_models', { args: [String(seed), String(count)] });
  try {
    const findings: Finding[] = [];
    for (const one of made.cases) {
      const found = await scoreHere(one, evaluator, (file) => join(made.folder, file)).catch((error: unknown) => {
        if (!(error instanceof UserError)) throw error;
        return `refused: ${error.message}`;
      });
      if (typeof found !== 'string' && areSameScores(found, one.scores)) continue;
      const own = typeof found === 'string' ? found : [...found];
      findings.push({ seed, input: `${one.name}: ${one.shown}`, own, peer: one.scores });
    }
    return findings;
  } finally {
    await made.remove();
  }
}
