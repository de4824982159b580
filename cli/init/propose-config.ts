import { isRepository } from '../../core/domain/image/image-reference.ts';
import type { DatasetFacts } from './dataset-facts.ts';
import type { FoundTarget, RepositoryFacts } from './repository-facts.ts';
import { smallestAccuracyMargin, smallestAucMargin, smallestErrorRatio } from './smallest-margin.ts';

/** Answers of the user; everything else is detected. */
export interface InitOptions {
  readonly model?: string | undefined;
  readonly artifact?: string | undefined;
  readonly stage?: string | undefined;
  readonly command?: string | undefined;
  readonly dataset?: string | undefined;
  readonly label?: string | undefined;
  readonly store?: string | undefined;
  readonly current?: string | undefined;
  readonly update?: string | undefined;
}

/** A tidegate.yaml to write, or the options that are needed first. */
export type ProposedConfig =
  | {
      readonly kind: 'config';
      readonly model: string;
      readonly store: string;
      readonly image: boolean;
      readonly text: string;
    }
  | { readonly kind: 'questions'; readonly questions: readonly string[] };

/** Everything that is known when a config is proposed. */
export interface KnownFacts {
  readonly repository: RepositoryFacts;
  /** Undefined where the test set is not here, or has no column that looks like a label. */
  readonly dataset: DatasetFacts | undefined;
  readonly options: InitOptions;
}

/** Development comes before staging, and production last. */
const ENVIRONMENT_ORDER = [/^dev/i, /^(test|qa)/i, /^(stage|staging)/i, /^preprod/i, /^prod/i];
/** A margin that people choose, when the test set can decide it. */
const USUAL_AUC_MARGIN = 0.005;
const USUAL_ACCURACY_MARGIN = 0.01;
const USUAL_ERROR_PERCENT = 1;

/** Writes a tidegate.yaml from what is known, or asks for what cannot be found out; all questions at once. */
export function proposeConfig({ repository, dataset, options }: KnownFacts): ProposedConfig {
  const artifact = options.artifact ?? repository.stage?.artifact;
  const stage = options.stage ?? (options.command === undefined ? repository.stage?.name : undefined);
  const testSet = options.dataset ?? repository.datasets[0];
  const model = options.model ?? repository.name;
  const store = options.store ?? storeFrom(repository, model);
  const questions = [
    artifact === undefined ? '--artifact: the model file that training writes, such as model/model.onnx' : undefined,
    stage === undefined && options.command === undefined
      ? "--command: what trains the model, such as 'python train.py'"
      : undefined,
    testSet === undefined ? '--dataset: the test set, such as data/test.parquet' : undefined,
    dataset === undefined ? `--label: the column of ${testSet ?? 'the test set'} that holds the outcome` : undefined,
    store === undefined
      ? '--store: where versions are kept: oci://ghcr.io/<owner>/<repository>/models, or s3://bucket/prefix'
      : undefined,
  ].filter((question) => question !== undefined);
  if (questions.length > 0 || dataset === undefined || store === undefined) return { kind: 'questions', questions };
  const image = repository.targets.find((target) => target.image !== undefined)?.image;
  const lines = [
    '# The model, its gate and its environments.',
    'version: 1',
    'models:',
    `  ${model}:`,
    `    task: ${dataset.task}`,
    `    artifact: ${scalar(artifact ?? '')}`,
    '    train:',
    stage === undefined ? `      command: ${scalar(options.command ?? '')}` : `      stages: [${scalar(stage)}]`,
    ...(repository.paramsFile === undefined ? [] : [`      params: ${scalar(repository.paramsFile)}`]),
    '    data:',
    `      label: ${scalar(dataset.label)}`,
    ...(dataset.time === undefined ? [] : [`      time: ${scalar(dataset.time)}`]),
    '    evaluate:',
    `      dataset: ${scalar(testSet ?? '')}`,
    ...gateLines(dataset),
    '    register:',
    `      store: ${scalar(store)}`,
    ...(image === undefined ? [] : ['    image:', `      repository: ${scalar(image)}`]),
    ...driftLines(options),
    ...environmentLines(repository.targets),
  ];
  return { kind: 'config', model, store, image: image !== undefined, text: `${lines.join('\n')}\n` };
}

/** Next to the data that DVC keeps in a bucket; else a package of the repository on GitHub, which needs no bucket and no keys. */
function storeFrom({ dvcRemoteUrl, gitHubName }: RepositoryFacts, model: string): string | undefined {
  const bucket = /^s3:\/\/[^/]+/.exec(dvcRemoteUrl ?? '')?.[0];
  if (bucket !== undefined) return `${bucket}/tidegate/${model}`;
  const store = `oci://ghcr.io/${gitHubName?.toLowerCase()}/models`;
  // A name of GitHub may begin or end in a way that registries do not know.
  return gitHubName !== undefined && isRepository(store.slice('oci://'.length)) ? store : undefined;
}

function gateLines(dataset: DatasetFacts): string[] {
  const rules = (...lines: string[]) => ['    gate:', '      rules:', ...lines.map((line) => `        - ${line}`)];
  if (dataset.task === 'regression') {
    const ceiling = (dataset.medianError ?? 0).toPrecision(4);
    const percent = chosenMargin(USUAL_ERROR_PERCENT, 100 * smallestErrorRatio(dataset.rows), '%');
    return [
      '      metrics: [mae, rmse]',
      ...rules(
        `{ metric: mae, max: ${ceiling} } # the error of a constant prediction (the median): lower it to your limit`,
        `{ metric: mae, ${percent} }`,
      ),
    ];
  }
  const [first, second] = dataset.classes;
  if (dataset.task === 'multiclass-classification') {
    const share = ((first?.rows ?? 0) / Math.max(1, dataset.rows)).toFixed(3);
    const margin = chosenMargin(USUAL_ACCURACY_MARGIN, smallestAccuracyMargin(dataset.rows));
    return [
      '      metrics: [accuracy, log_loss]',
      ...rules(
        `{ metric: accuracy, min: ${share} } # the share of the most frequent class: raise it to your limit`,
        `{ metric: accuracy, ${margin} }`,
      ),
    ];
  }
  const smallest = smallestAucMargin(second?.rows ?? 0, first?.rows ?? 0);
  const isSmall = smallest > USUAL_AUC_MARGIN;
  const margin = chosenMargin(USUAL_AUC_MARGIN, smallest);
  return [
    '      metrics: [roc_auc, log_loss, brier_score, accuracy]',
    ...rules(
      '{ metric: roc_auc, min: 0.5 } # a random model: raise it to your limit',
      `{ metric: roc_auc, ${margin} }`,
      // Nothing limits a loss of a few rows, so that it often has no interval.
      `{ metric: log_loss, max-regression: 1%${isSmall ? ', when-inconclusive: warn' : ''} }`,
    ),
  ];
}

/** The usual margin where the test set can decide it; else the smallest that it can, which says where it is from. */
function chosenMargin(usual: number, smallest: number, unit = ''): string {
  if (smallest <= usual) return `max-regression: ${usual}${unit}`;
  return `max-regression: ${roundUp(smallest)}${unit}, margin-from: data`;
}

function driftLines({ current, update }: InitOptions): string[] {
  if (current === undefined) return [];
  const retrain = `      retrain: { after: 2, cooldown: 7d, workflow: model-retrain.yml, update: ${scalar(update ?? '')} }`;
  return [
    '    drift:',
    `      current: ${scalar(current)}`,
    '      window: 7d',
    ...(update === undefined ? [] : [retrain]),
  ];
}

function environmentLines(targets: readonly FoundTarget[]): string[] {
  const names = [...new Set(targets.map(({ environment }) => environment))].sort((a, b) => rank(a) - rank(b));
  if (names.length === 0) return [];
  return [
    '    environments:',
    ...names.flatMap((name) => [
      `      - name: ${name}`,
      '        targets:',
      ...targets.filter(({ environment }) => environment === name).map((target) => `          - ${targetLine(target)}`),
    ]),
  ];
}

function targetLine({ file, inferenceService, image }: FoundTarget): string {
  if (image !== undefined) return `{ file: ${scalar(file)}, image: ${scalar(image)} }`;
  return `{ file: ${scalar(file)}, kind: InferenceService, name: ${scalar(inferenceService ?? '')} }`;
}

function rank(environment: string): number {
  const found = ENVIRONMENT_ORDER.findIndex((pattern) => pattern.test(environment));
  return found < 0 ? ENVIRONMENT_ORDER.length : found;
}

/** Two significant digits, never smaller than the value. */
function roundUp(value: number): number {
  if (!Number.isFinite(value)) return 1;
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Number((Math.ceil(value / unit - 1e-9) * unit).toPrecision(2));
}

/** A YAML scalar of a flow or block context: quoted unless it is a plain word. */
function scalar(text: string): string {
  return /^[A-Za-z_./][A-Za-z0-9_./-]*$/.test(text) && !/^(true|false|null|yes|no|on|off)$/i.test(text)
    ? text
    : JSON.stringify(text);
}
