import { DuckDbTableReader } from '../../../core/adapters/duckdb/duckdb-table-reader.ts';
import { FileArtifactHasher } from '../../../core/adapters/files/file-artifact-hasher.ts';
import { LocalChampionFinder } from '../../../core/adapters/files/local-champion-finder.ts';
import { OnnxModelRunner } from '../../../core/adapters/onnx/onnx-model-runner.ts';
import { parseConfig } from '../../../core/config/parse-config.ts';
import { evaluateCandidate } from '../../../core/usecases/evaluate/evaluate-candidate.ts';
import { UncheckedOrigins } from '../../../core/usecases/evaluate/unchecked-origins.ts';
import { scoredModel } from '../../../testkit/scored-model.ts';
import { PROJECT_MODULES } from '../../project-root.ts';

// Judges the benchmark's candidate, from the start of the process: node judge.ts <folder> <kind>, with models, their
// predictions, or predictions of another table: `plain` without days and slices, `weights`, `slices` (nine of them).
const METRICS =
  'roc_auc, average_precision, log_loss, brier_score, accuracy, balanced_accuracy, f1, precision, recall, specificity, mcc, cohen_kappa';
const [folder = '.', kind = 'models'] = process.argv.slice(2);
const isPlain = ['plain', 'weights', 'slices'].includes(kind);
const slices = kind === 'slices' ? 'region, part, is_new' : isPlain ? '' : 'part';
const weight = kind === 'weights' ? ' weight: weight,' : '';
const CONFIG = `version: 1
models:
  bench:
    task: binary-classification
    artifact: candidate.onnx
    data: { label: late${isPlain ? '' : ', time: day, features: [f0, f1, f2, f3, f4, f5, f6]'} }
    evaluate: { dataset: data.parquet, slices: [${slices}],${weight} metrics: [${METRICS}] }
    gate:
      rules:
        - { metric: roc_auc, max-regression: 0.005 }
        - { metric: log_loss, max-regression: 1% }
${isPlain ? '' : '        - { metric: roc_auc, slices: all, max-regression: 0.02 }'}
`;

const { config } = parseConfig(CONFIG);
const model = scoredModel(config.models.bench);
const at = (name: string) => ({ shown: name, absolute: `${folder}/${name}` });
const engines = { env: process.env, nodeModules: PROJECT_MODULES, log: () => {} };
const tables = new DuckDbTableReader(engines);
const hasher = new FileArtifactHasher();
const laps: [string, number][] = [];
const header = {
  createdAt: new Date().toISOString(),
  tool: { name: 'tidegate', version: '0' },
  source: { repository: null, commit: null, headCommit: null, ref: null, runId: null, runAttempt: null },
  model: 'bench',
};
const ending = kind === 'models' ? 'onnx' : 'parquet';
const { evaluation } = await evaluateCandidate(
  {
    config: model,
    header: { ...header, schema: 'tidegate.dev/evaluation/v1' },
    profileHeader: { ...header, schema: 'tidegate.dev/profile/v1' },
    candidate: { kind: kind === 'models' ? 'artifact' : 'predictions', path: at(`candidate.${ending}`) },
    dataset: at('data.parquet'),
    reference: at('data.parquet'),
    championSelector: `champion.${ending}`,
    resolve: (path) => `${folder}/${path}`,
    rulePlaces: [],
    base: null,
  },
  {
    tables,
    models: new OnnxModelRunner(engines),
    champions: new LocalChampionFinder(folder, hasher),
    hasher,
    origins: new UncheckedOrigins(hasher),
    fetchPredictions: async () => {
      throw new Error('no store');
    },
    computationOf: async () => undefined,
    bringData: async () => 'file' as const,
    engine: tables,
    clockMs: () => performance.now(),
    progress: (line) => laps.push([line, performance.now()]),
  },
);
await tables.close();
const maxMegabytes = Math.round(process.resourceUsage().maxRSS / 1024);
const metrics = evaluation.metrics.map(({ name, value, interval }) => ({ name, value, interval }));
const { user, system } = process.cpuUsage();
const cpuMs = (user + system) / 1000;
console.log(JSON.stringify({ verdict: evaluation.verdict, ms: performance.now(), cpuMs, maxMegabytes, laps, metrics }));
