import type * as threads from 'node:worker_threads';
import { type Transferable, Worker } from 'node:worker_threads';
import type { InferenceSession } from 'onnxruntime-node';

/** Numbers of a tensor. */
export type TensorNumbers = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

/** The data of an output. */
export type OutputData = TensorNumbers | readonly string[];

/** An output: its data, null where it holds neither numbers nor texts, and its axes. */
export interface RunOutput {
  readonly data: OutputData | null;
  readonly shape: readonly number[];
}

/** A tensor without the runtime: it can be handed to another thread. */
export interface PlainTensor {
  readonly type: 'float32' | 'float64' | 'int32' | 'int64' | 'bool' | 'string';
  readonly data: TensorNumbers | readonly string[];
  readonly shape: readonly number[];
}

/** The tensors of a batch by the name of the input. */
export type Feeds = Readonly<Record<string, PlainTensor>>;

/** What a session is made of. */
export interface SessionSource {
  /** A file, which the runtime reads by itself, or the bytes of a model. */
  readonly model: string | Uint8Array;
  readonly options: InferenceSession.SessionOptions;
}

/** What a model says of itself. */
export interface SessionFacts {
  readonly inputs: readonly InferenceSession.ValueMetadata[];
  readonly outputs: readonly InferenceSession.ValueMetadata[];
}

type Question =
  | { readonly kind: 'open'; readonly source: SessionSource }
  | { readonly kind: 'run' | 'measure'; readonly feeds: readonly Feeds[]; readonly outputs: readonly string[] }
  | { readonly kind: 'close' };

type Answer = { readonly value: unknown } | { readonly problem: string };

/**
 * A session of ONNX Runtime in a thread of its own. The runtime computes on the thread that asks: beside the main one
 * rows are read while a model scores, and two models score at the same time.
 */
export class SessionThread {
  readonly #worker: Worker;
  readonly #waiting: { resolve: (answer: Answer) => void; reject: (error: unknown) => void }[] = [];
  /** After this the thread is gone and answers nothing. */
  #failure: unknown;

  /** @param main The file of ONNX Runtime's module. */
  constructor(main: string) {
    // As text, because a bundle is one file: the function below uses nothing but its parameters.
    const source = `(${sessionLoop.toString()})(require('node:worker_threads'), require(require('node:worker_threads').workerData))`;
    this.#worker = new Worker(source, { eval: true, workerData: main });
    this.#worker.on('message', (answer: Answer) => this.#waiting.shift()?.resolve(answer));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('the thread of the model ended')));
  }

  /**
   * Opens a model; one that was opened before is released.
   *
   * @throws {Error} What the runtime says, as do the others.
   */
  open(source: SessionSource): Promise<SessionFacts> {
    return this.#ask<SessionFacts>({ kind: 'open', source });
  }

  /**
   * Runs the model once for each feed. The numbers of the feeds go to the thread and are gone here.
   *
   * @returns Each output, for each feed.
   */
  run(feeds: readonly Feeds[], outputs: readonly string[]): Promise<readonly (readonly RunOutput[])[]> {
    return this.#ask({ kind: 'run', feeds, outputs }, numbersIn(feeds));
  }

  /** Runs the model once for each feed, and tells how many milliseconds each took. */
  measure(feeds: readonly Feeds[], outputs: readonly string[]): Promise<Float64Array> {
    return this.#ask({ kind: 'measure', feeds, outputs }, numbersIn(feeds));
  }

  /** Releases the model and ends the thread. Idempotent. */
  async close(): Promise<void> {
    if (this.#failure === undefined) await this.#ask({ kind: 'close' }).catch(() => {});
    await this.#worker.terminate();
  }

  async #ask<Value>(question: Question, numbers: readonly Transferable[] = []): Promise<Value> {
    if (this.#failure !== undefined) throw this.#failure;
    const waiting = Promise.withResolvers<Answer>();
    this.#waiting.push(waiting);
    this.#worker.postMessage(question, numbers);
    const answer = await waiting.promise;
    if ('problem' in answer) throw new Error(answer.problem);
    // The thread's own function below answers what the question asks for.
    return answer.value as Value;
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }
}

function numbersIn(feeds: readonly Feeds[]): readonly ArrayBuffer[] {
  const arrays = feeds.flatMap((feed) => Object.values(feed).map(({ data }) => data));
  return arrays.flatMap((data) => ('buffer' in data && data.buffer instanceof ArrayBuffer ? [data.buffer] : []));
}

function sessionLoop({ parentPort }: typeof threads, runtime: typeof import('onnxruntime-node')): void {
  let session: InferenceSession | undefined;
  const tensorsOf = (feeds: Feeds) =>
    Object.fromEntries(
      Object.entries(feeds).map(([name, { type, data, shape }]) => [
        name,
        // The type belongs to the data: both were made together.
        new runtime.Tensor(type as 'float32', data as Float32Array, [...shape]),
      ]),
    );
  const runOnce = async (feeds: Feeds, outputs: readonly string[]) => {
    const result = await session?.run(tensorsOf(feeds), [...outputs]);
    return outputs.map((output): RunOutput => {
      const tensor = result?.[output];
      const data: unknown = tensor?.data;
      const shape = [...(tensor?.dims ?? [])];
      // A copy, since the memory of an output is the runtime's own.
      if (ArrayBuffer.isView(data)) return { data: (data as TensorNumbers).slice(), shape };
      return { data: Array.isArray(data) ? data.map(String) : null, shape };
    });
  };
  const answerTo = async (question: Question): Promise<unknown> => {
    if (question.kind === 'open') {
      await session?.release();
      const { model, options } = question.source;
      // Two signatures of one function.
      session = await runtime.InferenceSession.create(model as string, options);
      return { inputs: session.inputMetadata, outputs: session.outputMetadata };
    }
    if (question.kind === 'close') {
      await session?.release();
      session = undefined;
      return null;
    }
    const { feeds, outputs, kind } = question;
    const [times, results] = [new Float64Array(feeds.length), [] as (readonly RunOutput[])[]];
    for (const [at, feed] of feeds.entries()) {
      const started = performance.now();
      results.push(await runOnce(feed, outputs));
      times[at] = performance.now() - started;
    }
    return kind === 'measure' ? times : results;
  };
  // One after the other: a question that comes while another is worked on waits.
  let last = Promise.resolve();
  parentPort?.on('message', (question: Question) => {
    last = last.then(() =>
      answerTo(question).then(
        (value) => parentPort.postMessage({ value }),
        (error: unknown) => parentPort.postMessage({ problem: error instanceof Error ? error.message : String(error) }),
      ),
    );
  });
}
