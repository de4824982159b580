import { type Scoring, scoringLine } from '../../domain/train/predict-command.ts';
import { ServiceError, UserError } from '../../errors.ts';
import type { ArtifactHasher } from '../../ports/evaluate/artifact-hasher.ts';
import type { CommandRunner } from '../../ports/train/command-runner.ts';
import type { PredictionsReport } from '../../reports/predictions-report.ts';
import { runCommand } from './run-command.ts';

/** Candidate to score, and the rows. */
export interface PredictRequest {
  readonly scoring: Scoring;
  /** Starts Python with the packages of this job. */
  readonly python: string;
  /** File that `scoring` is written in, for the annotation. */
  readonly file: string;
  readonly dataset: { readonly shown: string; readonly absolute: string; readonly digest: string };
  /** The candidate's model: absolute path and digest. */
  readonly candidate: { readonly location: string; readonly digest: string };
  /** Working directory, relative to the root of `commands`. */
  readonly folder: string;
  /** Absolute folder of the tables of predictions. */
  readonly into: string;
}

/** The code of a commit, in a folder of its own. */
export interface CommitCode {
  readonly commands: CommandRunner;
  /** The folder of tidegate.yaml, relative to the root of `commands`. */
  readonly folder: string;
  /** The way in which this commit says that its model is scored; undefined where it does not say it. */
  readonly scoring: Scoring | undefined;
  readonly python: string;
  /** Its own packages, where its lock file is not the one of this job; undefined where it is, or where it has none. */
  readonly own: OwnPackages | undefined;
  close(): Promise<void>;
}

/** Packages that the lock file of a commit names. */
export interface OwnPackages {
  readonly install: string;
  /** The search path with its programs first. */
  readonly path: string;
}

/** Champion whose scores are wanted. */
export interface ChampionToScore {
  readonly version?: string;
  /** Of its bytes. */
  readonly digest: string;
  /** Absolute path of its model. */
  readonly location: string;
  readonly commit?: string;
}

/** Dependencies of scoring both models. */
export interface PredictPorts {
  readonly commands: CommandRunner;
  readonly hasher: Pick<ArtifactHasher, 'hash'>;
  /** The champion, where the judge has neither its predictions nor a way to run it; undefined otherwise. */
  readonly championToScore: (datasetDigest: string) => Promise<ChampionToScore | undefined>;
  /**
   * @param location Of the model that its code is to score.
   * @throws {UserError} Where the commit or its files cannot be had.
   */
  readonly openCode: (commit: string, location: string) => Promise<CommitCode>;
  /** Removes a file, if it is there. */
  readonly remove: (path: string) => Promise<void>;
  /** True if a file is there. */
  readonly exists: (path: string) => Promise<boolean>;
  readonly note: (line: string) => void;
  readonly group: <T>(title: string, work: () => Promise<T>) => Promise<T>;
}

/** The predictions of both models, as a report has them. */
export type Predicted = Pick<PredictionsReport, 'dataset' | 'scoredBy' | 'candidate' | 'champion'>;

/** The table that a command writes: a file that any language can write. */
const TABLE = { candidate: 'candidate.csv', champion: 'champion.csv' } as const;

/**
 * Scores the candidate by the team's code, and the champion by the code of its own commit, on the same rows.
 *
 * @throws {UserError} COMMAND_FAILED or DATA_NOT_FOUND where the candidate cannot be scored. What is wrong with the
 *   champion is said in the result.
 */
export async function predictContenders(request: PredictRequest, ports: PredictPorts): Promise<Predicted> {
  const { dataset, scoring, candidate } = request;
  const predictions = await predictCandidate(request, ports);
  const champion = await championOf(request, ports);
  return {
    dataset: { path: dataset.shown, digest: dataset.digest },
    scoredBy: scoring.kind,
    candidate: { digest: candidate.digest, command: shownCommand(scoring), predictions },
    ...(champion === undefined ? {} : { champion: await scoreChampion(champion, request, ports) }),
  };
}

type Table = PredictionsReport['candidate']['predictions'];

async function predictCandidate(request: PredictRequest, ports: PredictPorts): Promise<Table> {
  const { scoring, python, candidate, dataset, into, folder, file } = request;
  const predictions = `${into}/${TABLE.candidate}`;
  const line = scoringLine(scoring, python, { artifact: candidate.location, dataset: dataset.absolute, predictions });
  const run = () => runCommand({ line, folder, variables: {} }, file, ports.commands);
  await ports.group(`Predictions of the candidate: ${shownCommand(scoring)}`, run);
  return tableOf(TABLE.candidate, predictions, ports);
}

async function tableOf(file: string, path: string, { exists, hasher }: PredictPorts): Promise<Table> {
  if (!(await exists(path))) {
    throw new UserError('DATA_NOT_FOUND', 'the command ended without an error, but wrote no {predictions}', {
      fix: 'Write the table to the path that evaluate.predict gets in place of {predictions}.',
    });
  }
  const { digest, sizeBytes } = await hasher.hash(path);
  return { file, digest, sizeBytes };
}

/** A champion that cannot be looked for is the judge's to tell: it looks too. */
async function championOf(
  { dataset }: PredictRequest,
  { championToScore, note }: PredictPorts,
): Promise<ChampionToScore | undefined> {
  try {
    return await championToScore(dataset.digest);
  } catch (error) {
    if (!(error instanceof UserError) && !(error instanceof ServiceError)) throw error;
    note(`The champion is not scored: ${error.message}`);
    return undefined;
  }
}

async function scoreChampion(
  champion: ChampionToScore,
  request: PredictRequest,
  ports: PredictPorts,
): Promise<PredictionsReport['champion']> {
  const { version, digest, commit } = champion;
  const known = { ...(version === undefined ? {} : { version }), ...(commit === undefined ? {} : { commit }), digest };
  const command = shownCommand(request.scoring);
  if (commit === undefined) return { ...known, command, problem: 'no one knows the commit that it was made from' };
  try {
    const code = await ports.openCode(commit, champion.location);
    try {
      return { ...known, ...(await runCode(champion, { request, code }, ports)) };
    } finally {
      await code.close();
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    ports.note(`The champion could not be scored: ${error.message}`);
    return { ...known, command, problem: error.message.slice(0, 2000) };
  }
}

interface CodeToRun {
  readonly request: PredictRequest;
  readonly code: CommitCode;
}

type RunOfCode = Pick<NonNullable<PredictionsReport['champion']>, 'command' | 'environment' | 'predictions'>;

/** With the packages of this job; where that fails, with those that its own lock file names. */
async function runCode(
  { version = '', location }: ChampionToScore,
  { request, code }: CodeToRun,
  ports: PredictPorts,
): Promise<RunOfCode> {
  const scoring = code.scoring ?? request.scoring;
  const predictions = `${request.into}/${TABLE.champion}`;
  const line = (python: string) =>
    scoringLine(scoring, python, { artifact: location, dataset: request.dataset.absolute, predictions });
  const run = async (command: string, variables: Readonly<Record<string, string>>) => {
    // What an attempt that failed has written is not the result of the next one.
    await ports.remove(predictions);
    await runCommand({ line: command, folder: code.folder, variables }, request.file, code.commands);
  };
  const title = `Predictions of the champion ${version}, by the code of its own commit: ${shownCommand(scoring)}`;
  return ports.group(title, async () => {
    const done = async (environment: 'present' | 'own'): Promise<RunOfCode> => {
      const table = await tableOf(TABLE.champion, predictions, ports);
      return { command: shownCommand(scoring), environment, predictions: table };
    };
    const { own } = code;
    try {
      await run(line(code.python), {});
      return await done('present');
    } catch (error) {
      if (!(error instanceof UserError) || own === undefined) throw error;
      ports.note('It fails with the packages of this job: trying those of its own lock file');
    }
    await run(own.install, {});
    await run(line('python'), { PATH: own.path });
    return done('own');
  });
}

function shownCommand(scoring: Scoring): string {
  return scoring.kind === 'command' ? scoring.command : 'mlflow.pyfunc';
}
