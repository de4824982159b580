import type { JudgedDatasetReport } from '../../../core/reports/judged-dataset.ts';
import type { ReportKind, ReportOf } from '../../../core/reports/read-report.ts';
import type { VersionTagLine } from '../../../core/reports/version-tag-line.ts';

/** A digest of one repeated hex digit. */
export const digestOf = (letter: string) => `sha256:${letter.repeat(64)}`;
const COMMIT = 'c'.repeat(40);

function header<Kind extends ReportKind>(kind: Kind) {
  return {
    schema: `tidegate.dev/${kind}/v1` as const,
    createdAt: '2026-03-01T12:00:00Z',
    tool: { name: 'tidegate', version: '0.1.0' },
    source: {
      repository: 'acme/flights',
      commit: COMMIT,
      headCommit: COMMIT,
      ref: 'refs/heads/main',
      runId: 42,
      runAttempt: 1,
    },
    model: 'flight-delay',
  };
}

const interval = (lower: number, upper: number) => ({ lower, upper, level: 0.95, method: 'influence functions' });
const hour = { column: 'hour', value: 'night' };
const distance = { column: 'distance', from: 0, to: 500 };
const RULE = {
  metric: 'roc_auc',
  maxRegression: { kind: 'absolute' as const, value: 0.005 },
  whenInconclusive: 'fail' as const,
  onFail: 'fail' as const,
};
const champion = { version: '1.3.0', digest: digestOf('a'), environments: ['production'] };

const modelCurves = {
  roc: [
    [0, 0],
    [0.2, 0.7],
    [1, 1],
  ] as [number, number][],
  precisionRecall: [
    [0.5, 0.9],
    [1, 0.3],
  ] as [number, number][],
  calibration: [
    { from: 0, to: 0.5, rows: 700, predicted: 0.2, observed: 0.25 },
    { from: 0.5, to: 1, rows: 300, predicted: 0.8, observed: 0.7 },
  ],
  confusion: [
    [600, 100],
    [50, 250],
  ],
  residuals: [
    { from: 0, to: 1, rows: 10, mean: 0.1, lower: -1, upper: 1 },
    { from: 1, to: 2, rows: 10, mean: -0.1, lower: -2, upper: 1 },
  ],
};

const evaluation: ReportOf<'evaluation'> = {
  ...header('evaluation'),
  dataset: {
    path: 'data/test.csv',
    digest: digestOf('d'),
    rows: 1000,
    clusters: 31,
    clusterBy: 'a team',
    trusted: false,
    origin: 'unknown',
    originNote: 'there is no commit to compare it with',
  },
  inputsDigest: digestOf('1'),
  candidate: { digest: digestOf('b'), sizeBytes: 400 },
  metrics: [
    { name: 'roc_auc', direction: 'higher-is-better', rows: 1000, value: 0.7, interval: interval(0.68, 0.72) },
    {
      name: 'roc_auc',
      direction: 'higher-is-better',
      rows: 500,
      value: 0.6,
      interval: interval(0.5, 0.7),
      slice: hour,
    },
    {
      name: 'log_loss',
      direction: 'lower-is-better',
      rows: 1000,
      value: null,
      interval: null,
      reason: 'all rows have the same label',
    },
  ],
  curves: { classes: ['no', 'yes'], candidate: modelCurves, champion: modelCurves },
  baseGate: {
    verdict: 'fail',
    ownVerdict: 'inconclusive',
    rules: [{ rule: RULE, index: 0, verdict: 'fail', reason: 'got worse by 0.02' }],
    reason: 'the dataset has no column hour',
  },
  comparisons: [
    {
      champion,
      metrics: [hour, distance, undefined].map((slice) => ({
        name: 'roc_auc',
        direction: 'higher-is-better' as const,
        rows: 500,
        ...(slice === undefined ? {} : { slice }),
        champion: { value: 0.68, interval: interval(0.66, 0.7) },
        difference: { value: -0.02, interval: interval(-0.03, -0.01), pValue: 0.001, test: 'paired' },
      })),
    },
  ],
  rules: [
    { rule: RULE, index: 0, champion, verdict: 'fail', reason: 'got worse by 0.02', line: 12, rowsToDecide: null },
    {
      rule: { ...RULE, slices: 'all' },
      index: 1,
      slice: hour,
      verdict: 'inconclusive',
      reason: 'too few rows',
      rowsToDecide: 900,
    },
    { rule: { ...RULE, slices: 'all' }, index: 1, slice: distance, verdict: 'fail', reason: 'got worse by 0.02' },
  ],
  verdict: 'fail',
  whenInconclusive: 'fail',
  latency: { p50Ms: 1, p95Ms: 2, p99Ms: 3, batchRows: 1, batch: { p50Ms: 4, p95Ms: 5, p99Ms: 6, batchRows: 1000 } },
  signature: { inputs: [{ name: 'x', type: 'float32', shape: [null, 2] }], outputs: [] },
  championNote: 'the champion is 90 days old',
  runtime: { name: 'onnxruntime', version: '1.30.0', provider: 'cpu' },
};

const run: ReportOf<'run'> = {
  ...header('run'),
  inputsDigest: digestOf('1'),
  stages: [{ name: 'train', ran: true, seconds: 1.5 }],
  command: 'python train.py',
  params: { depth: 3, nested: { rate: 0.1, names: ['a', null, true] } },
  metrics: { accuracy: 0.9, missing: null },
  inputs: [{ path: 'data/train.csv', digest: digestOf('2'), dvcMd5: 'e'.repeat(32) }],
  artifact: { path: 'model/model.onnx', digest: digestOf('b'), sizeBytes: 400 },
  environment: { python: '3.12', packages: { sklearn: '1.5' }, lockfiles: [{ path: 'r.txt', digest: digestOf('3') }] },
};

const columns: ReportOf<'profile'>['columns'] = [
  { name: 'distance', kind: 'numeric', rows: 10, missing: 0, quantiles: [0, 1, 2] },
  { name: 'origin', kind: 'categorical', rows: 10, missing: 1, counts: [['SFO', 9]], other: 0 },
];

const profile: ReportOf<'profile'> = {
  ...header('profile'),
  dataset: { path: 'data/test.csv', digest: digestOf('d'), rows: 10, from: '2026-01-01T00:00:00Z', to: null },
  columns,
  windows: [{ from: '2026-01-01T00:00:00Z', to: '2026-01-08T00:00:00Z', columns }],
};

const JUDGED_DATASET: JudgedDatasetReport = {
  rows: 1000,
  clusters: 31,
  digest: digestOf('d'),
  trusted: true,
  origin: 'commit',
  pullRequest: {
    number: 7,
    digest: null,
    same: null,
    reason: 'no run of the pull request has a report of this model',
  },
};

const modelVersion: ReportOf<'model-version'> = {
  ...header('model-version'),
  name: 'flight-delay',
  version: '1.4.0',
  artifact: {
    uri: 's3://models/flight-delay/sha256/b',
    digest: digestOf('b'),
    sizeBytes: 400,
    files: [{ path: 'model.onnx', digest: digestOf('b'), sizeBytes: 400 }],
  },
  signature: { inputs: [{ name: 'x', type: 'float32', shape: [null, 2] }], outputs: [] },
  lineage: {
    commit: COMMIT,
    inputsDigest: digestOf('1'),
    inputs: [{ path: 'data/train.csv', digest: digestOf('2') }],
    params: { depth: 3 },
    runId: 42,
  },
  dataset: JUDGED_DATASET,
  run: { uri: 's3://models/run', digest: digestOf('4') },
  evaluation: { uri: 's3://models/evaluation', digest: digestOf('5') },
  profile: null,
  image: {
    reference: `registry.example/m:1.4.0@${digestOf('6')}`,
    repository: 'registry.example/m',
    tag: '1.4.0',
    digest: digestOf('6'),
  },
};

const drift: ReportOf<'drift'> = {
  ...header('drift'),
  reference: { path: 'data/reference.csv', digest: digestOf('7'), rows: 1000, version: '1.4.0' },
  current: { path: 's3://logs/x.jsonl', rows: 500, from: '2026-02-01T00:00:00Z', to: '2026-02-08T00:00:00Z' },
  columns: ['distance', 'origin'].map((name, index) => ({
    name,
    kind: index === 0 ? ('numeric' as const) : ('categorical' as const),
    test: 'ks',
    statistic: 0.3,
    pValue: 0.0001,
    adjustedPValue: 0.0002,
    effect: { name: 'ks', value: 0.3, floor: 0.1, limit: null },
    verdict: 'drift' as const,
    reason: 'moved by 0.3',
  })),
  dataset: { verdict: 'drift', drifted: 2, tested: 2, falseAlarmRate: 0.05 },
  verdict: 'drift',
  consecutive: 2,
};

const data: ReportOf<'data'> = {
  ...header('data'),
  checkOnly: false,
  datasetDigest: digestOf('d'),
  filesUnchanged: 1,
  filesDownloaded: 1,
  bytesDownloaded: 7,
  missingCount: 1,
  fileCount: 2,
  missing: ['images/gone'],
  files: [
    { path: 'data/test.csv', md5: 'a'.repeat(32) },
    { path: 'images/é "1"', md5: 'b'.repeat(32) },
  ],
};

const predictions: ReportOf<'predictions'> = {
  ...header('predictions'),
  dataset: { path: 'data/test.csv', digest: digestOf('d') },
  scoredBy: 'command',
  candidate: {
    digest: digestOf('b'),
    command: 'python predict.py',
    predictions: { file: 'candidate.csv', digest: digestOf('8'), sizeBytes: 100 },
  },
  champion: {
    digest: digestOf('a'),
    version: '1.3.0',
    commit: COMMIT,
    command: 'python predict.py',
    environment: 'own',
    predictions: { file: 'champion.csv', digest: digestOf('9'), sizeBytes: 100 },
    problem: 'none',
  },
};

/** One report of each kind that uses every optional part. */
export const SAMPLE_REPORTS: { readonly [Kind in ReportKind]: ReportOf<Kind> } = {
  run,
  predictions,
  evaluation,
  profile,
  'model-version': modelVersion,
  drift,
  data,
};

/** What the tag of the sample version says. */
export const SAMPLE_TAG_LINE: VersionTagLine = {
  schema: 'tidegate.dev/tag/v1',
  artifact: { uri: modelVersion.artifact.uri, digest: modelVersion.artifact.digest, sizeBytes: 400 },
  ...(modelVersion.image === undefined ? {} : { image: modelVersion.image }),
  metrics: [{ name: 'roc_auc', value: 0.7, interval: interval(0.68, 0.72) }],
  comparisons: [
    {
      champion,
      metrics: [
        {
          name: 'roc_auc',
          direction: 'higher-is-better',
          champion: { value: 0.68, interval: interval(0.66, 0.7) },
          difference: { value: 0.02, interval: interval(0.01, 0.03) },
        },
      ],
    },
  ],
  dataset: JUDGED_DATASET,
  documents: { 'model-version': { uri: 's3://models/v', digest: digestOf('8') } },
  runId: 42,
};
