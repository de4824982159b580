import { type Document, isMap, isScalar, parseDocument, type YAMLMap } from 'yaml';
import { metricsOfScores } from '../../core/domain/metrics/metric-registry.ts';
import type { Adoption } from './adoption.ts';
import type { DatasetFacts } from './dataset-facts.ts';
import { retrainWorkflow } from './fill-workflows.ts';
import type { FoundTarget } from './manifest-facts.ts';
import { smallestAccuracyMargin, smallestAucMargin, smallestErrorRatio } from './smallest-margin.ts';

/** Parts of tidegate.yaml that options decide. */
export interface ConfigOptions {
  readonly current: string | undefined;
  readonly update: string | undefined;
  /** Another model is in tidegate.yaml already. */
  readonly isAdditional: boolean;
}

/** Development comes before staging, and production last. */
const ENVIRONMENT_ORDER = [/^dev/i, /^(test|qa)/i, /^(stage|staging)/i, /^preprod/i, /^prod/i];
/** A margin that people choose, when the test set can decide it. */
const USUAL_AUC_MARGIN = 0.005;
const USUAL_ACCURACY_MARGIN = 0.01;
const USUAL_ERROR_PERCENT = 1;
/** Ranks and log loss of a good model have an interval only with enough rows of both classes. Chosen. */
const ROWS_FOR_RANKS = 1_000;
/** With a rarer class than this, accuracy says little. Chosen. */
const SHARE_FOR_ACCURACY = 0.2;
/** Fewer days than this are inconclusive. */
const FEWEST_DAYS = 10;

/** The text of a new tidegate.yaml. */
export function newConfig(adoption: Adoption, options: ConfigOptions): string {
  return `# The model, its gate and its environments.\nversion: 1\nmodels:\n${indented(modelText(adoption, options))}`;
}

/** A tidegate.yaml with one more model; comments and all other lines stay as they are. */
export function extendedConfig(existing: string, adoption: Adoption, options: ConfigOptions): string {
  const document: Document = parseDocument(existing);
  const entry = modelText(adoption, options);
  const models = document.get('models', true);
  if (!isMap(models)) return newConfig(adoption, options);
  const appended = models.has(adoption.model) ? undefined : withEntry(existing, models, entry);
  if (appended !== undefined) return appended;
  models.set(document.createNode(adoption.model), parseDocument(entry).get(adoption.model, true));
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

/** The text with an entry behind the last one of a block mapping; undefined where it has another form. */
function withEntry(text: string, models: YAMLMap, entry: string): string | undefined {
  const key: unknown = models.items[0]?.key;
  const start = isScalar(key) ? key.range?.[0] : undefined;
  const end = models.range?.[1];
  if (models.flow === true || start === undefined || end === undefined) return undefined;
  const indent = start - (text.lastIndexOf('\n', start) + 1);
  // The value of the last entry may end in a line of its own, or before a comment.
  const line = text.charAt(end - 1) === '\n' ? end : text.indexOf('\n', end) + 1;
  const at = line === 0 ? text.length : line;
  const before = text.slice(0, at);
  const lines = entry.replaceAll(/^(?=.)/gm, ' '.repeat(indent));
  return `${before}${before.endsWith('\n') ? '' : '\n'}${lines}${text.slice(at)}`;
}

/** A model that a tidegate.yaml has already. */
export interface ExistingModel {
  readonly name: string;
  readonly artifact: string;
  readonly store: string | undefined;
  readonly hasImage: boolean;
  /** The command that scores it; '' where there is none. */
  readonly predict: string;
}

/** The models in a tidegate.yaml, with what each trains to and where it is kept. */
export function modelsIn(text: string): readonly ExistingModel[] {
  const value: unknown = parseDocument(text).toJS();
  const models: unknown = value !== null && typeof value === 'object' ? Reflect.get(value, 'models') : undefined;
  if (models === null || typeof models !== 'object') return [];
  return Object.entries(models).map(([name, model]: [string, unknown]) => {
    const at = (...keys: string[]) =>
      keys.reduce<unknown>(
        (one, key) => (one !== null && typeof one === 'object' ? Reflect.get(one, key) : undefined),
        model,
      );
    const store = at('register', 'store');
    const hasImage = at('image') !== undefined;
    return {
      name,
      artifact: String(at('artifact') ?? ''),
      predict: String(at('evaluate', 'predict') ?? ''),
      store: typeof store === 'string' ? store : undefined,
      hasImage,
    };
  });
}

/** The entry of a model, not indented. */
function modelText(adoption: Adoption, options: ConfigOptions): string {
  const { facts, train, classes, features, predict, scores, targets } = adoption;
  const image = targets.find((target) => target.image !== undefined)?.image;
  const lines = [
    `${adoption.model}:`,
    `  task: ${facts.task}`,
    `  artifact: ${scalar(adoption.artifact)}`,
    '  train:',
    ...('stages' in train
      ? [`    stages: ${list(train.stages)}`]
      : [
          `    command: ${scalar(train.command)}`,
          ...(train.deps === undefined ? [] : ['    deps:', ...train.deps.map((path) => `      - ${scalar(path)}`)]),
        ]),
    ...(adoption.params === undefined ? [] : [`    params: ${scalar(adoption.params)}`]),
    '  data:',
    `    label: ${scalar(facts.label)}`,
    ...(facts.time === undefined ? [] : [`    time: ${scalar(facts.time)}`]),
    ...(features === undefined ? [] : [`    features: ${list(features)}`]),
    '  evaluate:',
    `    dataset: ${scalar(adoption.testSet)}`,
    ...(predict === undefined ? [] : [`    predict: ${scalar(predict)}`]),
    ...(adoption.predictDeps === undefined ? [] : [`    deps: ${list(adoption.predictDeps)}`]),
    ...(classes === undefined
      ? []
      : [`    classes: ${list(classes)}${classes.length === 2 ? ' # the second one is the positive one' : ''}`]),
    ...(facts.days !== undefined && facts.days < FEWEST_DAYS ? ['    group: none'] : []),
    ...(scores === undefined ? [] : [`    scores: ${scores}`]),
    ...gateLines(facts, scores),
    '  register:',
    `    store: ${scalar(adoption.store)}`,
    ...(image === undefined ? [] : ['  image:', `    repository: ${scalar(image)}`]),
    ...driftLines(options, adoption),
    ...environmentLines(targets),
  ];
  return `${lines.join('\n')}\n`;
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}

/** Rules as lines, and the metrics that scores of this meaning have. */
interface GateWriter {
  readonly rules: (...lines: string[]) => string[];
  readonly metrics: (...names: string[]) => string;
  readonly scores: Adoption['scores'];
}

function gateLines(dataset: DatasetFacts, scores: Adoption['scores']): string[] {
  const rules = (...lines: string[]) => ['  gate:', '    rules:', ...lines.map((line) => `      - ${line}`)];
  const metrics = (...names: string[]) =>
    `    metrics: ${list(metricsOfScores(names, { task: dataset.task, scores }))}`;
  if (dataset.task === 'regression') {
    const ceiling = (dataset.medianError ?? 0).toPrecision(4);
    const percent = chosenMargin(USUAL_ERROR_PERCENT, 100 * smallestErrorRatio(dataset.rows), '%');
    return [
      '    metrics: [mae, rmse]',
      ...rules(
        `{ metric: mae, max: ${Number(ceiling)} } # the error of a constant prediction (the median): lower it to your limit`,
        `{ metric: mae, ${percent} }`,
      ),
    ];
  }
  const [first, second] = dataset.classes;
  if (dataset.task === 'multiclass-classification') {
    const share = ((first?.rows ?? 0) / Math.max(1, dataset.rows)).toFixed(3);
    const margin = chosenMargin(USUAL_ACCURACY_MARGIN, smallestAccuracyMargin(dataset.rows));
    return [
      metrics('accuracy', 'log_loss'),
      ...rules(
        `{ metric: accuracy, min: ${share} } # the share of the most frequent class: raise it to your limit`,
        `{ metric: accuracy, ${margin} }`,
      ),
    ];
  }
  const few = dataset.rows < ROWS_FOR_RANKS && (second?.rows ?? 0) >= SHARE_FOR_ACCURACY * dataset.rows;
  const writer = { rules, metrics, scores };
  return few ? accuracyLines(dataset, writer) : rankLines(dataset, writer);
}

/** With few rows a good ranking has no interval, and an exact one of accuracy is decided. */
function accuracyLines(dataset: DatasetFacts, { rules, metrics }: GateWriter): string[] {
  const share = ((dataset.classes[0]?.rows ?? 0) / Math.max(1, dataset.rows)).toFixed(3);
  const margin = chosenMargin(USUAL_ACCURACY_MARGIN, smallestAccuracyMargin(dataset.rows));
  return [
    metrics('accuracy', 'roc_auc', 'log_loss', 'brier_score'),
    ...rules(
      `{ metric: accuracy, min: ${share} } # the share of the most frequent class: raise it to your limit`,
      `{ metric: accuracy, ${margin} }`,
    ),
  ];
}

function rankLines(dataset: DatasetFacts, { rules, metrics, scores }: GateWriter): string[] {
  const [first, second] = dataset.classes;
  const smallest = smallestAucMargin(second?.rows ?? 0, first?.rows ?? 0);
  const margin = chosenMargin(USUAL_AUC_MARGIN, smallest);
  // Nothing limits a loss of a few rows, so that it often has no interval.
  const ifOpen = smallest > USUAL_AUC_MARGIN ? ', when-inconclusive: warn' : '';
  return [
    metrics('roc_auc', 'log_loss', 'brier_score', 'accuracy'),
    ...rules(
      '{ metric: roc_auc, min: 0.5 } # a random model: raise it to your limit',
      `{ metric: roc_auc, ${margin} }`,
      ...(dataset.rows < ROWS_FOR_RANKS || scores === 'decision'
        ? []
        : [`{ metric: log_loss, max-regression: 1%${ifOpen} }`]),
    ),
  ];
}

/** The usual margin where the test set can decide it; else the smallest that it can, which says where it is from. */
function chosenMargin(usual: number, smallest: number, unit = ''): string {
  if (smallest <= usual) return `max-regression: ${usual}${unit}`;
  return `max-regression: ${roundUp(smallest)}${unit}, margin-from: data`;
}

/** A window needs times, and retraining needs a command that fetches data. */
function driftLines({ current, update, isAdditional }: ConfigOptions, { facts: { time }, model }: Adoption): string[] {
  if (current === undefined) return [];
  const workflow = retrainWorkflow({ model, isAdditional });
  const retrain = `    retrain: { after: 2, cooldown: 7d, workflow: ${workflow}, update: ${scalar(update ?? '')} }`;
  return [
    '  drift:',
    `    current: ${scalar(current)}`,
    ...(time === undefined ? [] : ['    window: 7d']),
    ...(update === undefined ? [] : [retrain]),
  ];
}

function environmentLines(targets: readonly FoundTarget[]): string[] {
  const names = [...new Set(targets.map(({ environment }) => environment))].sort((a, b) => rank(a) - rank(b));
  if (names.length === 0) return [];
  return [
    '  environments:',
    ...names.flatMap((name) => [
      `    - name: ${name}`,
      '      targets:',
      ...targets
        .filter(({ environment }) => environment === name)
        .map(({ target }) => `        - ${targetLine(target)}`),
    ]),
  ];
}

function targetLine(target: FoundTarget['target']): string {
  const entries = Object.entries(target).filter(([, value]) => value !== undefined);
  return `{ ${entries.map(([key, value]) => `${key}: ${scalar(String(value))}`).join(', ')} }`;
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

function list(items: readonly string[]): string {
  return `[${items.map(scalar).join(', ')}]`;
}

/** A YAML scalar of a flow or block context: quoted unless it is a plain word. */
function scalar(text: string): string {
  return /^[A-Za-z_./][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./=-]+)*$/.test(text) &&
    !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text)
    ? text
    : JSON.stringify(text);
}
