import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PlainFileFolder } from '../../core/adapters/dvc/plain-file-folder.ts';
import { unlessAbsent } from '../../core/adapters/files/absent.ts';
import { FileArtifactHasher } from '../../core/adapters/files/file-artifact-hasher.ts';
import { countTestCases, MOST_JUNIT_BYTES } from '../../core/adapters/files/junit-file.ts';
import type { ModelConfig } from '../../core/config/tidegate-config.ts';
import type { JudgedResult } from '../../core/domain/evaluation/judged-result.ts';
import { CONFIG_FILE } from '../../core/domain/policy/config-file.ts';
import { flattenMetrics } from '../../core/domain/train/parameters.ts';
import { UserError } from '../../core/errors.ts';
import type { JudgingRequest } from '../../core/usecases/evaluate/evaluation-request.ts';
import type { ActionContext } from '../action-context.ts';

/** Numbers of the files of results, and the files by the digests of their bytes. */
export type ReadResults = Pick<JudgingRequest, 'trainingMetrics' | 'testCounts' | 'results'>;

/**
 * Reads the files of results that tidegate.yaml names.
 *
 * @throws {UserError} DATA_NOT_FOUND for one that does not exist, DATA_INVALID for one that cannot be read.
 */
export async function readResults({ workingDirectory }: ActionContext, model: ModelConfig): Promise<ReadResults> {
  const { metricsFile, junitFile } = model.evaluate;
  const examples = model.task === 'custom' ? model.evaluate.examples : undefined;
  const metrics = metricsFile === undefined ? undefined : await readMetrics(workingDirectory, metricsFile);
  const tests = junitFile === undefined ? undefined : await readTests(workingDirectory, junitFile);
  const results = [
    ...(metrics === undefined ? [] : [metrics.result]),
    ...(examples === undefined ? [] : [await hashed(workingDirectory, 'examples', examples)]),
    ...(tests === undefined ? [] : [tests.result]),
  ];
  return {
    ...(metrics === undefined ? {} : { trainingMetrics: metrics.trainingMetrics }),
    ...(tests === undefined ? {} : { testCounts: tests.testCounts }),
    ...(results.length === 0 ? {} : { results }),
  };
}

async function readMetrics(root: string, file: string) {
  const value = await new PlainFileFolder(root).read(file);
  if (value === undefined) throw missing('metrics', file);
  return { trainingMetrics: flattenMetrics(value), result: await hashed(root, 'metrics', file) };
}

async function readTests(root: string, file: string) {
  const path = resolve(root, file);
  const found = await stat(path).catch(unlessAbsent);
  if (found?.isFile() !== true) throw missing('junit', file);
  // Of one that is too large, no more than shows it.
  const bytes = found.size > MOST_JUNIT_BYTES ? new Uint8Array(MOST_JUNIT_BYTES + 1) : await readFile(path);
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  return { testCounts: countTestCases(bytes, file), result: { kind: 'junit', path: file, digest } as const };
}

async function hashed(root: string, kind: JudgedResult['kind'], file: string): Promise<JudgedResult> {
  const path = resolve(root, file);
  if ((await stat(path).catch(unlessAbsent))?.isFile() !== true) throw missing(kind, file);
  const { digest } = await new FileArtifactHasher().hash(path);
  return { kind, path: file, digest };
}

const KEYS = { metrics: 'metrics-file', examples: 'examples', junit: 'junit-file' } as const;
const NAMES = { metrics: 'metrics file', examples: 'file of examples', junit: 'JUnit file' } as const;
const WRITERS = { metrics: 'training code', examples: 'training code', junit: 'command that runs the tests' } as const;

function missing(kind: JudgedResult['kind'], file: string): UserError {
  return new UserError('DATA_NOT_FOUND', `the ${NAMES[kind]} ${file} does not exist`, {
    fix: `Correct evaluate.${KEYS[kind]}, or write this file in the ${WRITERS[kind]}.`,
    place: { file: CONFIG_FILE },
  });
}
