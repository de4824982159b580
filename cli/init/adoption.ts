import { isModelName } from '../../core/domain/model/model-name.ts';
import type { CodePatch } from './code-patches.ts';
import { joinPatches, patchLoggedModel, patchSplit } from './code-patches.ts';
import type { DatasetFacts } from './dataset-facts.ts';
import type { WrittenFile } from './fill-workflows.ts';
import { findPredictProgram } from './find-predict-program.ts';
import type { InitOptions } from './init-options.ts';
import type { FoundTarget } from './manifest-facts.ts';
import { isScoredFormat, predictProgram } from './predict-program.ts';
import { networkOf } from './python/network.ts';
import { formatOfName, type ModelFormat } from './python/written-models.ts';
import type { RepositoryFacts } from './repository-facts.ts';
import { canMakeTable } from './table-by-training.ts';
import { started } from './training-command.ts';
import { trainingDeps } from './training-deps.ts';

/** The decisions about a model: how it is trained, judged and kept. */
export interface Adoption {
  readonly model: string;
  readonly artifact: string;
  readonly format: ModelFormat | undefined;
  readonly train:
    | { readonly stages: readonly string[] }
    | { readonly command: string; readonly deps: readonly string[] | undefined };
  readonly params: string | undefined;
  readonly testSet: string;
  /** The test set is written by training, and is not in Git or DVC. */
  readonly isTestSetMade: boolean;
  readonly facts: DatasetFacts;
  readonly classes: readonly string[] | undefined;
  readonly features: readonly string[] | undefined;
  readonly predict: string | undefined;
  readonly store: string;
  readonly targets: readonly FoundTarget[];
  /** Changes of the team's own code. */
  readonly patches: readonly CodePatch[];
  /** New files besides tidegate.yaml and the workflows. */
  readonly files: readonly WrittenFile[];
  /** Sentences on what was taken for likely, and on what is left to a person. */
  readonly notes: readonly string[];
}

/** A decision, or what is missing for it. */
export type Decision =
  | { readonly kind: 'adoption'; readonly adoption: Adoption }
  | { readonly kind: 'questions'; readonly questions: readonly string[] };

/** Everything that is known when it is decided. */
export interface KnownFacts {
  readonly repository: RepositoryFacts;
  /** Of the test set, or of the table that training reads and splits; undefined: there is no such table here. */
  readonly table: DatasetFacts | undefined;
  /** The model's folder, relative to the repository; '' for the root. */
  readonly folder: string;
  readonly options: InitOptions;
  readonly store: string | undefined;
  /** True for a path in the work tree. */
  readonly isThere: (path: string) => boolean;
}

const ONNX_FILE = /\.onnx$/i;
const DEFAULT_MLFLOW_FOLDER = 'model';

/** Decides everything; what cannot be found out is asked for, all at once. */
export function decideAdoption(known: KnownFacts): Decision {
  const { repository, table, store } = known;
  const artifact = artifactOf(known);
  const training = trainingOf(known, artifact?.path);
  const testSet = testSetOf(known);
  const questions = [
    artifact === undefined ? '--artifact: the model that training writes, such as models/model.joblib' : undefined,
    training === undefined ? "--command: the command that trains the model, such as 'python train.py'" : undefined,
    testSet === undefined ? `--test: the test set, such as data/test.csv. ${noTestSet(repository)}` : undefined,
    table === undefined ? `--label: the column of ${testSet?.path ?? 'the test set'} that has the outcome` : undefined,
    store === undefined ? '--store: where versions are kept, such as s3://bucket/prefix' : undefined,
  ].filter((question) => question !== undefined);
  if (
    artifact === undefined ||
    training === undefined ||
    testSet === undefined ||
    table === undefined ||
    store === undefined
  )
    return { kind: 'questions', questions };
  const notes: string[] = [...artifact.notes, ...testSet.notes];
  const classes = classesOf(known, { table, isEncoded: testSet.isEncoded, notes });
  const predicting = predictingOf(known, { artifact, testSet, table, classes });
  const model = modelNameOf(known, artifact.path);
  notes.push(...assumptionsOf(known, table), ...predicting.notes);
  const made = testSet.isMade;
  return {
    kind: 'adoption',
    adoption: {
      model,
      artifact: artifact.path,
      format: artifact.format,
      train:
        'stages' in training
          ? training
          : {
              ...training,
              deps: made
                ? undefined
                : trainingDeps(repository, training.command, { ...known, without: [testSet.path, artifact.path] }),
            },
      params: paramsOf(known),
      testSet: testSet.path,
      isTestSetMade: made,
      facts: table,
      classes,
      features: ONNX_FILE.test(artifact.path) ? onnxFeatures(repository, table) : undefined,
      predict: predicting.command,
      store,
      targets: targetsOf(repository, { model, folder: known.folder, notes }),
      patches: joinPatches([...artifact.patches, ...testSet.patches]),
      files: predicting.files,
      notes,
    },
  };
}

function noTestSet(repository: RepositoryFacts): string {
  const [split] = repository.code.splits;
  if (split === undefined) return 'No table is called like one, and the code splits none.';
  if (canMakeTable(repository))
    return 'The code loads its data from no table here: with --yes, training is run once in a copy, to see them.';
  return `${split.call.file.path} splits in memory, in a way that cannot be changed here. Write its test part to data/test.csv there, with a fixed random_state.`;
}

interface FoundArtifact {
  readonly path: string;
  readonly format: ModelFormat | undefined;
  readonly object: string;
  readonly patches: readonly CodePatch[];
  readonly notes: readonly string[];
}

function artifactOf({ repository, options, folder }: KnownFacts): FoundArtifact | undefined {
  const { dvc, code } = repository;
  const outs = dvc.stages.flatMap((stage) => stage.outs.map((path) => ({ name: stage.name, path })));
  const byDvc =
    dvc.artifacts.find(({ path }) => outs.some((out) => out.path === path))?.path ??
    outs.find(({ path }) => code.models.some((one) => one.path === path))?.path ??
    outs.find(({ path }) => ONNX_FILE.test(path))?.path ??
    outs.find(({ name, path }) => /train/i.test(name) && /model/i.test(path))?.path;
  const path = options.artifact ?? byDvc ?? code.models[0]?.path;
  if (path !== undefined) {
    const written = code.models.find(
      (one) => one.path === path || path.startsWith(`${one.path}/`) || one.path.startsWith(`${path}/`),
    );
    const others = code.models.filter(
      (one) =>
        one.path !== path &&
        one.likelihood === code.models[0]?.likelihood &&
        options.artifact === undefined &&
        byDvc === undefined,
    );
    const notes =
      others.length === 0
        ? []
        : [
            `The model is taken to be ${path}; the code also writes ${others.map((one) => one.path).join(', ')}. --artifact says another.`,
          ];
    return { path, format: written?.format ?? formatOfName(path), object: written?.object ?? '', patches: [], notes };
  }
  const [logged] = code.logged;
  if (logged === undefined) return undefined;
  const to = DEFAULT_MLFLOW_FOLDER;
  const patch = patchLoggedModel(logged, to);
  if (patch === undefined) return undefined;
  const note = `${patch.file} gives the model to MLflow's server and to no file, so it also writes it to ${to}/ now.`;
  return {
    path: folder === '' ? to : `${folder}/${to}`,
    format: 'mlflow',
    object: logged.object,
    patches: [patch],
    notes: [note],
  };
}

type Training = { readonly stages: readonly string[] } | { readonly command: string };

function trainingOf({ repository, options }: KnownFacts, artifact: string | undefined): Training | undefined {
  const { dvc, program, environment } = repository;
  if (options.command !== undefined) return { command: options.command };
  const stage =
    options.stage ??
    dvc.stages.find(
      ({ outs }) => artifact !== undefined && outs.some((out) => artifact === out || artifact.startsWith(`${out}/`)),
    )?.name ??
    dvc.stages.find(({ name }) => /^train/i.test(name))?.name;
  // Stages need DVC's own folder; without it only their command is left.
  if (stage !== undefined && dvc.isUsed) return { stages: [stage] };
  const command = dvc.stages.find(({ name }) => name === stage)?.command ?? program?.command;
  if (command === undefined) return undefined;
  return { command: withFolder(started(command, environment.manager), { artifact, repository }) };
}

/** Git keeps no empty folder: where training does not make the one of its model, the command does. */
function withFolder(
  command: string,
  { artifact, repository }: { readonly artifact: string | undefined; readonly repository: RepositoryFacts },
): string {
  const folder = artifact?.includes('/') === true ? artifact.slice(0, artifact.lastIndexOf('/')) : undefined;
  if (folder === undefined || repository.git.files.some((file) => file.startsWith(`${folder}/`))) return command;
  const makes = repository.python.some(
    ({ path, calls }) =>
      repository.reached.includes(path) &&
      calls.some(({ method }) => /^(?:makedirs|mkdir|create_directories)$/.test(method)),
  );
  return makes ? command : `mkdir -p ${folder} && ${command}`;
}

interface FoundTestSet {
  readonly path: string;
  readonly isMade: boolean;
  /** Its labels are the numbers that the code made of them. */
  readonly isEncoded: boolean;
  readonly patches: readonly CodePatch[];
  readonly notes: readonly string[];
}

function testSetOf({ repository, options, table, folder, isThere }: KnownFacts): FoundTestSet | undefined {
  const { code, git, dvc, testSets } = repository;
  const path = options.test ?? testSets[0];
  if (path !== undefined) {
    const isTracked =
      git.files.includes(path) ||
      /[*?{]|^[a-z0-9]+:\/\//.test(path) ||
      dvc.outs.includes(path) ||
      dvc.stages.some(({ outs }) => outs.some((out) => path === out || path.startsWith(`${out}/`)));
    const others = testSets.filter((one) => one !== path && options.test === undefined);
    const isAll = code.reads.includes(path) && !testSets.includes(path);
    const notes = [
      ...(isAll
        ? [
            `Training reads ${path} too: a model is judged well on rows that it was trained on. Name rows that it does not see.`,
          ]
        : []),
      ...(others.length === 0
        ? []
        : [`The test set is taken to be ${path}, not ${others.slice(0, 3).join(', ')}. --test says another.`]),
      ...(isTracked || isThere(path) ? [] : [`${path} is not here yet: training writes it.`]),
    ];
    return { path, isMade: !isTracked, isEncoded: false, patches: [], notes };
  }
  const split = code.splits.find(({ targets }) => targets.length > 0);
  if (split === undefined || table === undefined) return undefined;
  const inside = repository.program?.folder ?? folder;
  const hasFolder = git.files.some((file) => file.startsWith(inside === '' ? 'data/' : `${inside}/data/`));
  const to = hasFolder ? 'data/test.csv' : 'test.csv';
  const patch = patchSplit(split, { to, label: table.label });
  if (patch === undefined) return undefined;
  const seeded = split.isSeeded ? '' : ', with a fixed random state';
  const note = `${patch.file} splits the data in memory, so it now also writes its test part to ${to}${seeded}.`;
  return {
    path: inside === '' ? to : `${inside}/${to}`,
    isMade: true,
    isEncoded: code.encodesLabels,
    patches: [patch],
    notes: [note],
  };
}

const POSITIVE_WORD =
  /^(?:1|true|yes|y|positive|pos|malignant|fraud(?:ulent)?|churn(?:ed)?|exited|spam|default(?:ed)?|late|delayed|bad|failed|failure|attrited(?: customer)?|toxic|sick|disease|anomal\w*|approved|survived|subscribed|>50k\.?)$/i;

/** The label's values in the order of the scores; undefined: they are sorted, as numbers are. */
function classesOf(
  { repository, options }: KnownFacts,
  { table, isEncoded, notes }: { readonly table: DatasetFacts; readonly isEncoded: boolean; readonly notes: string[] },
): readonly string[] | undefined {
  if (table.task === 'regression' || !table.hasTextLabel || isEncoded) return undefined;
  const values = table.classes.map(({ value }) => value);
  const { labelOrder, positive } = repository.code;
  if (options.positive === undefined && labelOrder !== undefined && sameItems(labelOrder, values)) return labelOrder;
  const sorted = values.toSorted();
  if (table.task === 'multiclass-classification') return sorted;
  const [frequent, rare] = table.classes;
  const word = values.filter((value) => POSITIVE_WORD.test(value));
  const known =
    options.positive ??
    (positive !== undefined && values.includes(positive) ? positive : word.length === 1 ? word[0] : undefined);
  if (known === undefined && (frequent?.rows ?? 0) < 1.5 * (rare?.rows ?? 0))
    notes.push(
      `Of the classes ${sorted.join(' and ')}, ${rare?.value} is taken for the positive one. --positive says the other.`,
    );
  const chosen = known ?? rare?.value ?? '';
  return [...sorted.filter((value) => value !== chosen), chosen];
}

function sameItems(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item) => other.includes(item));
}

interface Predicting {
  readonly command: string | undefined;
  readonly files: readonly WrittenFile[];
  readonly notes: readonly string[];
}

function predictingOf(
  known: KnownFacts,
  found: {
    readonly artifact: FoundArtifact;
    readonly testSet: FoundTestSet;
    readonly table: DatasetFacts;
    readonly classes: readonly string[] | undefined;
  },
): Predicting {
  const { repository, folder, isThere } = known;
  const { artifact, testSet, table, classes } = found;
  const { format } = artifact;
  if (format === 'onnx' || format === 'mlflow') return { command: undefined, files: [], notes: [] };
  const { manager } = repository.environment;
  const existing = findPredictProgram(repository.python, { folder });
  if (existing !== undefined)
    return {
      command: started(existing.command, manager),
      files: [],
      notes: [`Models are scored by ${existing.path}, which is there already.`],
    };
  if (format === undefined || !isScoredFormat(format)) {
    const note = `The format of ${artifact.path} is not known: write a program that scores it, and set evaluate.predict. docs/guide/first-model.md has its contract.`;
    return { command: undefined, files: [], notes: [note] };
  }
  const { code, python, reached } = repository;
  const columns = table.columns.map(({ name }) => name);
  const features =
    code.features?.every((name) => columns.includes(name) && name !== table.label) === true ? code.features : undefined;
  const others = table.time !== undefined && features === undefined && !usesTime(known, table.time) ? [table.time] : [];
  const text = predictProgram({
    format,
    object: artifact.object,
    task: table.task,
    label: table.label,
    others,
    inputColumn: code.inputColumn !== undefined && columns.includes(code.inputColumn) ? code.inputColumn : undefined,
    features: format === 'xgboost' || format === 'lightgbm' || format === 'catboost' ? undefined : features,
    encodedClasses: code.encodesLabels && classes !== undefined ? classes : undefined,
    positive: table.task === 'binary-classification' ? classes?.at(-1) : undefined,
    dataset: testSet.path,
    network:
      format === 'torch'
        ? networkOf(
            python.filter(({ path }) => reached.includes(path)),
            artifact.object,
          )
        : undefined,
  });
  const inside = repository.program?.folder ?? folder;
  const at = (name: string) => (inside === '' ? name : `${inside}/${name}`);
  const name = isThere(at('predict.py')) ? 'tidegate_predict.py' : 'predict.py';
  const call = started(`python ${name} --model {artifact} --data {dataset} --out {predictions}`, manager);
  return { command: inside === '' ? call : `cd ${inside} && ${call}`, files: [{ path: at(name), text }], notes: [] };
}

/** The code names the column of times outside of reading it as one. */
function usesTime({ repository }: KnownFacts, time: string): boolean {
  return repository.code.features?.includes(time) === true;
}

function modelNameOf({ repository, options, folder }: KnownFacts, artifact: string): string {
  const { dvc, git, code, name } = repository;
  const named =
    folder !== ''
      ? [name]
      : [
          dvc.artifacts.find(({ path }) => path === artifact)?.name,
          dvc.artifacts.length === 1 ? dvc.artifacts[0]?.name : undefined,
          git.taggedModels[0],
          ...code.names.map((one) =>
            one
              .trim()
              .replace(/[^A-Za-z0-9-]+/g, '-')
              .replace(/^-+|-+$/g, '')
              .toLowerCase(),
          ),
          name,
        ];
  return (
    options.model ??
    named.find(
      (one) => one !== undefined && one !== '' && isModelName(one) && !/^(?:default|experiment|test)$/i.test(one),
    ) ??
    'model'
  );
}

function paramsOf({ repository }: KnownFacts): string | undefined {
  return repository.git.files.find((file) => /^params\.(?:yaml|json|toml)$/.test(file));
}

/** A model with one input tensor does not name its columns. */
function onnxFeatures({ code }: RepositoryFacts, table: DatasetFacts): readonly string[] | undefined {
  const columns = table.columns.map(({ name }) => name);
  if (code.features?.every((name) => columns.includes(name)) === true) return code.features;
  const rest = table.columns.filter(({ name }) => name !== table.label && name !== table.time);
  return rest.every(({ type }) => type === 'integer' || type === 'real' || type === 'boolean')
    ? rest.map(({ name }) => name)
    : undefined;
}

function assumptionsOf({ repository, options }: KnownFacts, table: DatasetFacts): string[] {
  const { judges, environment, dvc, git } = repository;
  return [
    ...(table.isLabelGuessed
      ? [
          `No code and no name says which column is the label: it is taken to be the last one, ${table.label}. --label says another.`,
        ]
      : []),
    ...(table.isTaskUnsure
      ? [
          `${table.label} has few whole numbers, which are taken for ${table.task === 'regression' ? 'a quantity' : 'classes'}. --task regression says otherwise.`,
        ]
      : []),
    ...(table.days !== undefined && table.days < 10
      ? [
          `The test set has ${table.days} days, too few to group rows by day, so rows are taken to be independent (evaluate.group: none).`,
        ]
      : []),
    ...judges.map(
      (file) =>
        `${file} trains or judges too. Its result and Tidegate's are two checks: remove that part of it when you trust the new one.`,
    ),
    ...(environment.file === undefined
      ? [
          'No file says which packages training needs, so the workflows install none: add requirements.txt and run this again with --force.',
        ]
      : []),
    ...(environment.versionFrom === undefined && environment.manager !== 'conda' && environment.manager !== 'pixi'
      ? [`No file says which Python is used: the workflows take ${environment.version}.`]
      : []),
    ...(dvc.isUsed && dvc.stages.length > 0 && !git.files.includes('dvc.lock')
      ? [
          "dvc.lock is not in Git, so what stages make cannot be fetched: run 'dvc repro' and 'dvc push', and commit dvc.lock.",
        ]
      : []),
    ...(options.update !== undefined && !dvc.isUsed
      ? ['--update needs DVC, which keeps new data: no retrain workflow is written.']
      : []),
  ];
}

/** Targets that are written: the model's address, or an image that a workflow can push. */
function targetsOf(
  { targets: all }: RepositoryFacts,
  { model, folder, notes }: { readonly model: string; readonly folder: string; readonly notes: string[] },
): readonly FoundTarget[] {
  const targets = ownTargets(all, `${model} ${folder}`);
  if (targets.length < all.length)
    notes.push(
      `Of ${all.length} places in manifests, ${targets.length} belong to ${model} by their names. Others are added under environments.`,
    );
  const byUri = targets.filter(({ takesUri }) => takesUri);
  if (byUri.length > 0) return byUri;
  // An image's name has a registry that a workflow can log in to; that of a workload is the app's own image.
  const isOwn = ({ target, image }: FoundTarget) =>
    image !== undefined && /^[^/]*[.:][^/]*\//.test(image) && (target.kind === undefined || target.image !== undefined);
  const written = targets.filter(isOwn);
  const left = targets.filter((target) => !written.includes(target));
  if (left.length > 0) {
    const [{ target }] = [left[0] ?? { target: { file: '' } }];
    notes.push(
      `${target.file} names an image that has the model in it, so no environment is written. To deploy the judged bytes, let the app read the address in MODEL_URI and add that variable to the manifest, or add the app's image as image.base (docs/guide/promotion.md).`,
    );
  }
  return written;
}

/** Where an environment has workloads of several names, those that are called like the model. */
function ownTargets(targets: readonly FoundTarget[], name: string): readonly FoundTarget[] {
  const words = name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 3);
  const called = ({ target }: FoundTarget) => `${target.name ?? ''} ${target.image ?? ''} ${target.file}`.toLowerCase();
  const named = (environment: string) =>
    new Set(
      targets
        .filter((one) => one.environment === environment)
        .map(({ target }) => target.name ?? target.image ?? target.file),
    );
  return targets.filter((one) => named(one.environment).size < 2 || words.some((word) => called(one).includes(word)));
}
