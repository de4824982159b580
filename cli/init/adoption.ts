import { isModelName } from '../../core/domain/model/model-name.ts';
import { targetsOf } from './choose-targets.ts';
import { type CodePatch, joinPatches } from './code-patches.ts';
import type { DatasetFacts } from './dataset-facts.ts';
import { artifactOf } from './decide-artifact.ts';
import { predictingOf } from './decide-predicting.ts';
import { noTestSet, testSetOf } from './decide-test-set.ts';
import { trainingOf } from './decide-training.ts';
import type { WrittenFile } from './fill-workflows.ts';
import type { InitOptions } from './init-options.ts';
import type { FoundTarget } from './manifest-facts.ts';
import { classesOf } from './order-classes.ts';
import type { ModelFormat } from './python/written-models.ts';
import type { RepositoryFacts } from './repository-facts.ts';
import { predictDeps, trainingDeps } from './training-deps.ts';

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
  /** Set where the model gives no probabilities. */
  readonly scores: 'decision' | undefined;
  /** False where the program of `predict` has to be completed by a person: nothing can be judged yet. */
  readonly isComplete: boolean;
  /** Code that `predict` reads; undefined: not known, or nothing is run to score. */
  readonly predictDeps: readonly string[] | undefined;
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
  /** Commands that score the other models of tidegate.yaml. */
  readonly otherPredicts: readonly string[];
  /** True for a path in the work tree. */
  readonly isThere: (path: string) => boolean;
}

const ONNX_FILE = /\.onnx$/i;

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
  const deps =
    'stages' in training || made
      ? undefined
      : trainingDeps(repository, training.command, { ...known, without: [testSet.path, artifact.path] });
  return {
    kind: 'adoption',
    adoption: {
      model,
      artifact: artifact.path,
      format: artifact.format,
      train: 'stages' in training ? training : { ...training, deps },
      params: paramsOf(known),
      testSet: testSet.path,
      isTestSetMade: made,
      facts: table,
      classes,
      features: ONNX_FILE.test(artifact.path) ? onnxFeatures(repository, table) : undefined,
      predict: predicting.command,
      scores: predicting.scores,
      isComplete: predicting.isIncomplete !== true,
      predictDeps: predictDeps(repository, predicting, deps),
      store,
      targets: targetsOf(repository, { model, folder: known.folder, notes }),
      patches: joinPatches([...artifact.patches, ...testSet.patches]),
      files: predicting.files,
      notes,
    },
  };
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
