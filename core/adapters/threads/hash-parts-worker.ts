import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { answerQuestions } from './answer-questions.ts';
import type { HashedPart, HashQuestion, HashThreadOptions } from './hash-thread.ts';

/** Chosen: what is written is then still in the core's cache. */
const SLICE_BYTES = 256 * 1024;

// The file that the threads of `HashThread` run.
const { algorithm, buffers, descriptors }: HashThreadOptions = workerData;
const hash = createHash(algorithm);

answerQuestions(parentPort, (part: HashQuestion) => {
  if (part === null) return hash.digest('hex');
  add(part);
  return '';
});

function add({ buffer, length, position }: HashedPart): void {
  const shared = buffers[buffer];
  if (shared === undefined) throw new RangeError(`there is no buffer ${buffer}`);
  const bytes = new Uint8Array(shared, 0, length);
  for (let start = 0; start < bytes.length; start += SLICE_BYTES) {
    const end = Math.min(bytes.length, start + SLICE_BYTES);
    hash.update(bytes.subarray(start, end));
    for (const descriptor of descriptors) {
      for (let at = start; at < end; ) at += writeSync(descriptor, bytes, at, end - at, position + at);
    }
  }
}
