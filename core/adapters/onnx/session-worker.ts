import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type * as onnxruntime from 'onnxruntime-node';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { answerQuestions } from '../threads/answer-questions.ts';
import type { Feeds, RunOutput, SessionQuestion, SessionSource, TensorNumbers } from './session-thread.ts';

// The file that the threads of `SessionThread` run. `workerData` is the file of ONNX Runtime's module.
const runtime: typeof onnxruntime = createRequire(workerData)(workerData);
/** The model that is open, at most one. */
const open: { session?: InferenceSession } = {};

answerQuestions(parentPort, (question: SessionQuestion): Promise<unknown> => {
  if (question.kind === 'open') return openModel(question.source);
  if (question.kind === 'close') return release();
  return runFeeds(question);
});

async function openModel({ model, options }: SessionSource): Promise<unknown> {
  await release();
  // Two signatures of one function.
  const session = await runtime.InferenceSession.create(model as string, options);
  open.session = session;
  return { inputs: session.inputMetadata, outputs: session.outputMetadata };
}

async function release(): Promise<void> {
  const { session } = open;
  delete open.session;
  await session?.release();
}

async function runFeeds({ feeds, outputs, kind }: SessionQuestion & { kind: 'run' | 'measure' }): Promise<unknown> {
  const { session } = open;
  if (session === undefined) throw new Error('no model is open');
  const times = new Float64Array(feeds.length);
  const results: (readonly RunOutput[])[] = [];
  for (const [at, feed] of feeds.entries()) {
    const started = performance.now();
    const result = await session.run(tensorsOf(feed), [...outputs]);
    results.push(outputs.map((output) => outputOf(result[output])));
    times[at] = performance.now() - started;
  }
  return kind === 'measure' ? times : results;
}

function tensorsOf(feeds: Feeds): Record<string, Tensor> {
  const tensors = Object.entries(feeds).map(([name, { type, data, shape }]) => {
    // The type belongs to the data: both were made together.
    return [name, new runtime.Tensor(type as 'float32', data as Float32Array, [...shape])] as const;
  });
  return Object.fromEntries(tensors);
}

function outputOf(tensor: Tensor | undefined): RunOutput {
  const data: unknown = tensor?.data;
  const shape = [...(tensor?.dims ?? [])];
  // A copy, since the memory of an output is the runtime's own.
  if (ArrayBuffer.isView(data)) return { data: (data as TensorNumbers).slice(), shape };
  return { data: Array.isArray(data) ? data.map(String) : null, shape };
}
