import { parseArgs } from 'node:util';
import { Evaluator } from '../test/real-files/evaluate-here.ts';
import { formatFinding } from '../test/real-files/finding.ts';
import { fuzzCsv } from '../test/real-files/fuzz-csv.ts';
import { fuzzCuts } from '../test/real-files/fuzz-cuts.ts';
import { fuzzDvc } from '../test/real-files/fuzz-dvc.ts';
import { fuzzModels } from '../test/real-files/fuzz-models.ts';
import { fuzzPython } from '../test/real-files/fuzz-python.ts';
import { ensurePythonEnvironment } from './python-environment.ts';

// Random inputs next to their peers, one seed after the other, until the time is over:
// npm run fuzz -- [--seconds N] [--seed S]. A finding names its seed, with which it comes again. Exit code 1 for findings.
const { values } = parseArgs({ options: { seconds: { type: 'string' }, seed: { type: 'string' } } });
const seconds = wholeNumber('seconds', values.seconds ?? '60');
const first = wholeNumber('seed', values.seed ?? String(Date.now() % 1_000_000));

await ensurePythonEnvironment('corpus');
await ensurePythonEnvironment('demo');
const evaluator = new Evaluator();
const until = performance.now() + seconds * 1000;
let findings = 0;
let seed = first;
do {
  const found = [
    ...(await fuzzCsv(seed, 200, evaluator.tables)),
    ...(await fuzzModels(seed, 60, evaluator)),
    ...(await fuzzDvc(seed, 4)),
    ...(await fuzzPython(seed, 3000)),
    ...(await fuzzCuts(seed, evaluator)),
  ];
  for (const finding of found) console.log(formatFinding(finding));
  findings += found.length;
  console.log(`seed ${seed}: ${found.length} findings`);
  seed++;
} while (performance.now() < until);
await evaluator.tables.close();
console.log(`${findings} findings with the seeds ${first} to ${seed - 1}`);
process.exitCode = findings === 0 ? 0 : 1;

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  console.error(`--${name} takes a whole number, not ${JSON.stringify(text)}.`);
  process.exit(2);
}
