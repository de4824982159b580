import { availableParallelism } from 'node:os';
import { THREAD_LIMITS } from './thread-limits.ts';
import { workerEntry } from './worker-entry.ts';
import { WorkerThread } from './worker-thread.ts';

/** A file to hash. */
export interface FileToHash {
  /** Absolute. */
  readonly file: string;
  readonly sizeBytes: number;
}

/** Hash functions for files. */
export type HashAlgorithm = 'md5' | 'sha256';

/** Digests of a file, in hex. */
export type FileDigests<Algorithm extends HashAlgorithm = HashAlgorithm> = Readonly<Record<Algorithm, string>>;

/** One question to a thread: some files, or one hash of a large one. It answers with the digests of each file. */
export interface HashFilesQuestion {
  readonly files: readonly string[];
  readonly algorithms: readonly HashAlgorithm[];
}

interface HashJob extends HashFilesQuestion {
  /** Numbers of the files in the list. */
  readonly numbers: readonly number[];
}

type HashFilesThread = WorkerThread<HashFilesQuestion, readonly Partial<FileDigests>[]>;

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
  const threads = Array.from({ length: count }, () => startThread());
  try {
    await Promise.all(
      threads.map(async (thread) => {
        for (const { numbers, ...question } of jobs) {
          const digests = await thread.ask(question);
          for (const [at, number] of numbers.entries()) Object.assign(results[number] ?? {}, digests[at]);
        }
      }),
    );
    // Each file was in a job of each algorithm.
    return results as readonly FileDigests<Algorithm>[];
  } finally {
    await Promise.all(threads.map((thread) => thread.close()));
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

function startThread(): HashFilesThread {
  return new WorkerThread(workerEntry('threads/hash-files-worker'), { resourceLimits: THREAD_LIMITS });
}
