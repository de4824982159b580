import { createHash, hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { answerQuestions } from './answer-questions.ts';
import type { FileDigests, HashAlgorithm, HashFilesQuestion } from './hash-files.ts';

// The file that the threads of `hashFiles` run.
const buffer = Buffer.allocUnsafeSlow(1 << 20);

answerQuestions(parentPort, ({ files, algorithms }: HashFilesQuestion) =>
  files.map((file) => digestsOf(file, algorithms)),
);

function digestsOf(file: string, algorithms: readonly HashAlgorithm[]): Partial<FileDigests> {
  const descriptor = openSync(file, 'r');
  try {
    return Object.fromEntries(readAll(descriptor, algorithms));
  } finally {
    closeSync(descriptor);
  }
}

function readAll(descriptor: number, algorithms: readonly HashAlgorithm[]): readonly (readonly [string, string])[] {
  let length = readSync(descriptor, buffer);
  if (length < buffer.length && readSync(descriptor, buffer, length, buffer.length - length, null) === 0) {
    return algorithms.map((algorithm) => [algorithm, hash(algorithm, buffer.subarray(0, length))]);
  }
  const hashes = algorithms.map((algorithm) => ({ algorithm, hash: createHash(algorithm) }));
  for (let position = 0; ; position += length) {
    length = readSync(descriptor, buffer, 0, buffer.length, position);
    if (length === 0) return hashes.map((one) => [one.algorithm, one.hash.digest('hex')]);
    for (const one of hashes) one.hash.update(buffer.subarray(0, length));
  }
}
