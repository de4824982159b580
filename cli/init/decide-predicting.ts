import type { KnownFacts } from './adoption.ts';
import type { DatasetFacts } from './dataset-facts.ts';
import type { FoundArtifact } from './decide-artifact.ts';
import type { FoundTestSet } from './decide-test-set.ts';
import type { WrittenFile } from './fill-workflows.ts';
import { findPredictProgram } from './find-predict-program.ts';
import { isScoredFormat, predictProgram } from './predict-program.ts';
import { networkOf } from './python/network.ts';
import { started } from './training-command.ts';

/** The command that scores a model, and the program that is written for it. */
export interface Predicting {
  readonly command: string | undefined;
  /** The program that it runs, relative to the repository. */
  readonly program?: string;
  readonly files: readonly WrittenFile[];
  readonly notes: readonly string[];
}

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
  const { repository, folder, isThere } = known;
  const { artifact, testSet, table, classes } = found;
  const { format } = artifact;
  if (format === 'onnx' || format === 'mlflow') return { command: undefined, files: [], notes: [] };
  const { manager } = repository.environment;
  const existing = findPredictProgram(repository.python, { folder });
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
  const command = inside === '' ? call : `cd ${inside} && ${call}`;
  return { command, program: at(name), files: [{ path: at(name), text }], notes: [] };
}

/** The code names the column of times outside of reading it as one. */
function usesTime({ repository }: KnownFacts, time: string): boolean {
  return repository.code.features?.includes(time) === true;
}
