import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PlainFileFolder } from '../../core/adapters/dvc/plain-file-folder.ts';
import { unlessAbsent } from '../../core/adapters/files/absent.ts';
import { countChecks, MOST_RESULT_BYTES } from '../../core/adapters/files/check-results.ts';
import { FileArtifactHasher } from '../../core/adapters/files/file-artifact-hasher.ts';
import { countTestCases, MOST_JUNIT_BYTES } from '../../core/adapters/files/junit-file.ts';
import type { ModelConfig } from '../../core/config/tidegate-config.ts';
import type { JudgedResult } from '../../core/domain/evaluation/judged-result.ts';
import { addChecks, type NamedResult } from '../../core/domain/metrics/check-counts.ts';
import { CONFIG_FILE } from '../../core/domain/policy/config-file.ts';
import { flattenMetrics } from '../../core/domain/train/parameters.ts';
import { UserError } from '../../core/errors.ts';
import type { JudgingRequest } from '../../core/usecases/evaluate/evaluation-request.ts';
import type { ActionContext } from '../action-context.ts';

/** Numbers of the files of results, and the files by the digests of their bytes. */
export type ReadResults = Pick<JudgingRequest, 'trainingMetrics' | 'testCounts' | 'checks' | 'results'>;

/**
 * Reads the files of results that tidegate.yaml names.
 *
 * @throws {UserError} DATA_NOT_FOUND for one that does not exist, DATA_INVALID for one that cannot be read.
 */
export async function readResults({ workingDirectory }: ActionContext, model: ModelConfig): Promise<ReadResults> {
  const { metricsFile, junitFile, results: named = [] } = model.evaluate;
  const examples = model.task === 'custom' ? model.evaluate.examples : undefined;
  const metrics = metricsFile === undefined ? undefined : await readMetrics(workingDirectory, metricsFile);
  const tests = junitFile === undefined ? undefined : await readTests(workingDirectory, junitFile);
  const others = await Promise.all(named.map((one) => readOther(workingDirectory, one)));
  const results = [
    ...(metrics === undefined ? [] : [metrics.result]),
    ...(examples === undefined ? [] : [await hashed(workingDirectory, 'examples', examples)]),
    ...(tests === undefined ? [] : [tests.result]),
    ...others.map(({ result }) => result),
  ];
  return {
    ...(metrics === undefined ? {} : { trainingMetrics: metrics.trainingMetrics }),
    ...(tests === undefined ? {} : { testCounts: tests.testCounts }),
    ...(others.length === 0 ? {} : { checks: addChecks(others) }),
    ...(results.length === 0 ? {} : { results }),
  };
}

async function readMetrics(root: string, file: string) {
  const value = await new PlainFileFolder(root).read(file);
  if (value === undefined) throw missing('metrics', file);
  return { trainingMetrics: flattenMetrics(value), result: await hashed(root, 'metrics', file) };
}

async function readTests(root: string, file: string) {
  const { bytes, result } = await readBounded(root, { kind: 'junit', file, most: MOST_JUNIT_BYTES });
  return { testCounts: countTestCases(bytes, file), result };
}

async function readOther(root: string, { file, format }: NamedResult) {
  const { bytes, result } = await readBounded(root, { kind: format, file, most: MOST_RESULT_BYTES });
  return { format, counts: countChecks(bytes, { shown: file, format }), result };
}

interface BoundedFile {
  readonly kind: JudgedResult['kind'];
  readonly file: string;
  /** In bytes. */
  readonly most: number;
}

async function readBounded(root: string, { kind, file, most }: BoundedFile) {
  const path = resolve(root, file);
  const found = await stat(path).catch(unlessAbsent);
  if (found?.isFile() !== true) throw missing(kind, file);
  // Of one that is too large, no more than shows it.
  const bytes = found.size > most ? new Uint8Array(most + 1) : await readFile(path);
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const result: JudgedResult = { kind, path: file, digest };
  return { bytes, result };
}

async function hashed(root: string, kind: JudgedResult['kind'], file: string): Promise<JudgedResult> {
  const path = resolve(root, file);
  if ((await stat(path).catch(unlessAbsent))?.isFile() !== true) throw missing(kind, file);
  const { digest } = await new FileArtifactHasher().hash(path);
  return { kind, path: file, digest };
}

interface Named {
  readonly key: string;
  readonly name: string;
  readonly writer: string;
}

const CHECKS = { key: 'results', writer: 'command that runs the checks' };
const KINDS: Readonly<Record<JudgedResult['kind'], Named>> = {
  metrics: { key: 'metrics-file', name: 'metrics file', writer: 'training code' },
  examples: { key: 'examples', name: 'file of examples', writer: 'training code' },
  junit: { key: 'junit-file', name: 'JUnit file', writer: 'command that runs the tests' },
  'great-expectations': { ...CHECKS, name: 'result of Great Expectations' },
  pandera: { ...CHECKS, name: "file of pandera's failure cases" },
  dbt: { ...CHECKS, name: 'run_results.json of dbt' },
};

function missing(kind: JudgedResult['kind'], file: string): UserError {
  const { key, name, writer } = KINDS[kind];
  return new UserError('DATA_NOT_FOUND', `the ${name} ${file} does not exist`, {
    fix: `Correct evaluate.${key}, or write this file in the ${writer}.`,
    place: { file: CONFIG_FILE },
  });
}
