import type * as crypto from 'node:crypto';
import type * as fs from 'node:fs';
import { availableParallelism } from 'node:os';
import type * as threads from 'node:worker_threads';
import { Worker } from 'node:worker_threads';
import { THREAD_LIMITS } from './thread-limits.ts';

/** A file to hash. */
export interface FileToHash {
  /** Absolute. */
  readonly file: string;
  readonly sizeBytes: number;
}

/** What files are hashed by. */
export type HashAlgorithm = 'md5' | 'sha256';

/** Digests of a file, in hex. */
export type FileDigests<Algorithm extends HashAlgorithm = HashAlgorithm> = Readonly<Record<Algorithm, string>>;

/** What a thread does at a time: some files, or one hash of a large one. */
interface HashJob {
  /** Numbers of the files in the list. */
  readonly numbers: readonly number[];
  readonly files: readonly string[];
  readonly algorithms: readonly HashAlgorithm[];
}

/** Chosen: the hashes of a file above this are computed by two threads. */
const LARGE_BYTES = 16 << 20;
/** Chosen: so much that handing it over costs nothing, so little that all threads end at about the same time. */
const JOB_FILES = 200;
const JOB_BYTES = 16 << 20;
const MAX_THREADS = 4;

/**
 * Hashes of many or large files, in the order of the list, each read once by as many threads as there are cores.
 *
 * @param algorithms At least one, each once.
 */
export async function hashFiles<Algorithm extends HashAlgorithm>(
  list: readonly FileToHash[],
  algorithms: readonly Algorithm[],
): Promise<readonly FileDigests<Algorithm>[]> {
  const results = list.map((): Partial<Record<HashAlgorithm, string>> => ({}));
  const planned = hashJobs(list, algorithms);
  const jobs = planned.values();
  const count = Math.min(planned.length, MAX_THREADS, Math.max(2, availableParallelism()));
  const workers = Array.from({ length: count }, () => startWorker());
  try {
    await Promise.all(
      workers.map(async (worker) => {
        for (const job of jobs) {
          const digests = await ask(worker, job);
          for (const [at, number] of job.numbers.entries()) Object.assign(results[number] ?? {}, digests[at]);
        }
      }),
    );
    // Each file was in a job of each algorithm.
    return results as readonly FileDigests<Algorithm>[];
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function hashJobs(list: readonly FileToHash[], algorithms: readonly HashAlgorithm[]): readonly HashJob[] {
  const large: HashJob[] = [];
  const small: { numbers: number[]; files: string[]; algorithms: readonly HashAlgorithm[]; sizeBytes: number }[] = [];
  for (const [number, { file, sizeBytes }] of list.entries()) {
    if (sizeBytes > LARGE_BYTES) {
      for (const one of algorithms) large.push({ numbers: [number], files: [file], algorithms: [one] });
      continue;
    }
    let last = small.at(-1);
    if (last === undefined || last.numbers.length >= JOB_FILES || last.sizeBytes >= JOB_BYTES) {
      last = { numbers: [], files: [], algorithms, sizeBytes: 0 };
      small.push(last);
    }
    last.numbers.push(number);
    last.files.push(file);
    last.sizeBytes += sizeBytes;
  }
  // The longest first, so that no thread is left with one at the end.
  return [...large, ...small];
}

function startWorker(): Worker {
  // As text, because a bundle is one file: the function below uses nothing but its parameters.
  const modules = ['node:crypto', 'node:worker_threads', 'node:fs'].map((name) => `require('${name}')`);
  return new Worker(`(${hashLoop.toString()})(${modules.join(', ')})`, { eval: true, resourceLimits: THREAD_LIMITS });
}

function ask(worker: Worker, { files, algorithms }: HashJob): Promise<readonly Partial<FileDigests>[]> {
  const answer = Promise.withResolvers<readonly Partial<FileDigests>[]>();
  worker.once('message', answer.resolve);
  worker.once('error', answer.reject);
  worker.postMessage({ files, algorithms });
  return answer.promise.finally(() => {
    worker.off('message', answer.resolve);
    worker.off('error', answer.reject);
  });
}

function hashLoop(
  { createHash, hash }: typeof crypto,
  { parentPort }: typeof threads,
  { openSync, readSync, closeSync }: typeof fs,
): void {
  const buffer = Buffer.allocUnsafeSlow(1 << 20);
  const readAll = (descriptor: number, algorithms: readonly HashAlgorithm[]): readonly string[] => {
    let length = readSync(descriptor, buffer);
    if (length < buffer.length && readSync(descriptor, buffer, length, buffer.length - length, null) === 0) {
      return algorithms.map((algorithm) => hash(algorithm, buffer.subarray(0, length)));
    }
    const hashes = algorithms.map((algorithm) => createHash(algorithm));
    for (let position = 0; ; position += length) {
      length = readSync(descriptor, buffer, 0, buffer.length, position);
      if (length === 0) return hashes.map((one) => one.digest('hex'));
      for (const one of hashes) one.update(buffer.subarray(0, length));
    }
  };
  const digestsOf = (file: string, algorithms: readonly HashAlgorithm[]): Record<string, string> => {
    const descriptor = openSync(file, 'r');
    try {
      const digests = readAll(descriptor, algorithms);
      return Object.fromEntries(algorithms.map((algorithm, index) => [algorithm, digests[index] ?? '']));
    } finally {
      closeSync(descriptor);
    }
  };
  parentPort?.on('message', ({ files, algorithms }: HashJob) => {
    parentPort.postMessage(files.map((file) => digestsOf(file, algorithms)));
  });
}
