import type { KnownFacts } from './adoption.ts';
import type { DatasetFacts } from './dataset-facts.ts';
import type { FoundArtifact } from './decide-artifact.ts';
import type { FoundTestSet } from './decide-test-set.ts';
import type { WrittenFile } from './fill-workflows.ts';
import { findPredictProgram } from './find-predict-program.ts';
import {
  isIncompleteProgram,
  isScoredFormat,
  isWrittenProgram,
  predictProgram,
  scoresByDecision,
} from './predict-program.ts';
import { type ChangedInput, changedInputs } from './python/changed-inputs.ts';
import { networkOf } from './python/network.ts';
import { type PythonCall, sourceOf } from './python/python-file.ts';
import type { RepositoryFacts } from './repository-facts.ts';
import { started } from './training-command.ts';

/** The command that scores a model, and the program that is written for it. */
export interface Predicting {
  readonly command: string | undefined;
  /** The program that it runs, relative to the repository. */
  readonly program?: string;
  readonly files: readonly WrittenFile[];
  /** Meaning of its scores, where it is written here; undefined: probabilities, or numbers of a regression. */
  readonly scores?: 'decision';
  readonly notes: readonly string[];
  /** True for a program that a person has to complete before it scores anything. */
  readonly isIncomplete?: boolean;
}

const DECISION_NOTE =
  'The model gives no probabilities (no predict_proba): its scores are those of its decision function, evaluate.scores is decision, and metrics of probabilities such as log_loss are left out. CalibratedClassifierCV would give probabilities.';

/** A program of the team, or one that is written; no command for ONNX and for folders of MLflow. */
export function predictingOf(
  known: KnownFacts,
  found: {
    readonly artifact: FoundArtifact;
    readonly testSet: FoundTestSet;
    readonly table: DatasetFacts;
    readonly classes: readonly string[] | undefined;
  },
): Predicting {
  const { repository, folder } = known;
  const { artifact, testSet, table, classes } = found;
  const { format } = artifact;
  const changes = changesOf(known, testSet, table);
  if (format === 'onnx' || format === 'mlflow') {
    return { command: undefined, files: [], notes: changes.length === 0 ? [] : [modelNote(changes)] };
  }
  const { manager } = repository.environment;
  const existing = findPredictProgram(
    repository.python.filter(({ path, text }) => !isIncompleteProgram(text) && !isOfOther(known, path, text)),
    { folder },
  );
  if (existing !== undefined)
    return {
      command: started(existing.command, manager),
      program: existing.path,
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
  const decides = table.task !== 'regression' && code.scores === 'decision' && scoresByDecision(format);
  const text = predictProgram({
    format,
    scores: decides ? 'decision' : 'probability',
    object: artifact.object,
    task: table.task,
    label: table.label,
    others,
    inputColumn: code.inputColumn !== undefined && columns.includes(code.inputColumn) ? code.inputColumn : undefined,
    features: format === 'xgboost' || format === 'lightgbm' || format === 'catboost' ? undefined : features,
    encodedClasses: code.encodesLabels && classes !== undefined ? classes : undefined,
    positive: table.task === 'binary-classification' ? classes?.at(-1) : undefined,
    dataset: testSet.path,
    changes,
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
  const name = programName(known, inside);
  const call = started(`python ${name} --model {artifact} --data {dataset} --out {predictions}`, manager);
  const command = inside === '' ? call : `cd ${inside} && ${call}`;
  const notes = changes.length === 0 ? [] : [programNote(at(name), changes)];
  return {
    command,
    program: at(name),
    files: [{ path: at(name), text }],
    ...(decides ? { scores: 'decision' } : {}),
    notes: decides ? [...notes, DECISION_NOTE] : notes,
    isIncomplete: changes.length > 0,
  };
}

/** A program that init wrote for another model has the columns and the format of that one. */
function isOfOther({ otherPredicts }: KnownFacts, path: string, text: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return isWrittenProgram(text) && otherPredicts.some((command) => command.split(/[\s/]/).includes(name));
}

/** The name of a new program in the folder in which training runs. A model in a folder of its own has its own program. */
function programName({ repository, folder, isThere }: KnownFacts, inside: string): string {
  const ofModel = `predict_${repository.name.replaceAll('-', '_')}.py`;
  if (inside !== folder) return ofModel;
  const at = (name: string) => (inside === '' ? name : `${inside}/${name}`);
  const isFree = (name: string) => {
    const own = repository.python.find(({ path }) => path === at(name));
    return !isThere(at(name)) || (own !== undefined && isIncompleteProgram(own.text));
  };
  return ['predict.py', 'tidegate_predict.py'].find(isFree) ?? ofModel;
}

/** Steps of training with rows between the test set and the model. */
function changesOf(
  { repository }: KnownFacts,
  testSet: FoundTestSet,
  { label }: DatasetFacts,
): readonly ChangedInput[] {
  const { code, python, reached } = repository;
  const files = python.filter(({ path }) => reached.includes(path));
  const isWritten = code.writes.includes(testSet.path);
  const split = testSet.patches.length > 0 ? code.splits.find(({ targets }) => targets.length > 0) : undefined;
  const maker = split?.call ?? (isWritten ? writerOf(files, testSet.path) : undefined);
  return isWritten && maker === undefined ? [] : changedInputs({ files, maker, label });
}

function writerOf(files: RepositoryFacts['python'], path: string): PythonCall | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return files
    .flatMap(({ calls }) => calls)
    .findLast(({ node, file, method }) => method.startsWith('to_') && sourceOf(node, file.text).includes(name));
}

function placesOf(changes: readonly ChangedInput[]): string {
  return changes.map(({ path, line, text }) => `${path}:${line}: ${text}`).join('; ');
}

function modelNote(changes: readonly ChangedInput[]): string {
  return `Training changes the rows before the model sees them (${placesOf(changes)}). The judge gives the model the rows of the test set: make these steps a part of the model.`;
}

function programNote(program: string, changes: readonly ChangedInput[]): string {
  return `${program} is not complete, and stops with a message: training changes the rows before the model sees them (${placesOf(changes)}). Make these steps a part of the model, such as a Pipeline of scikit-learn, and run this again with --force; or do the same in ${program}.`;
}

/** The code names the column of times outside of reading it as one. */
function usesTime({ repository }: KnownFacts, time: string): boolean {
  return repository.code.features?.includes(time) === true;
}
