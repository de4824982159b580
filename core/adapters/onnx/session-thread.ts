import type { InferenceSession } from 'onnxruntime-node';
import { workerEntry } from '../threads/worker-entry.ts';
import { WorkerThread } from '../threads/worker-thread.ts';

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

/** Options of a session. */
export interface SessionSource {
  /** A file, which the runtime reads by itself, or the bytes of a model. */
  readonly model: string | Uint8Array;
  readonly options: InferenceSession.SessionOptions;
}

/** Metadata of a model. */
export interface SessionFacts {
  readonly inputs: readonly InferenceSession.ValueMetadata[];
  readonly outputs: readonly InferenceSession.ValueMetadata[];
}

/** Question to the thread of a session. The answer is of the type of the method that asks it. */
export type SessionQuestion =
  | { readonly kind: 'open'; readonly source: SessionSource }
  | { readonly kind: 'run' | 'measure'; readonly feeds: readonly Feeds[]; readonly outputs: readonly string[] }
  | { readonly kind: 'close' };

/**
 * A session of ONNX Runtime in a thread of its own. The runtime computes on the thread that asks: in parallel to the main one
 * rows are read while a model scores, and two models score at the same time.
 */
export class SessionThread {
  readonly #thread: WorkerThread<SessionQuestion, unknown>;

  /** @param main The file of ONNX Runtime's module, which the thread loads by itself. */
  constructor(main: string) {
    this.#thread = new WorkerThread(workerEntry('onnx/session-worker'), { workerData: main });
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
    await this.#thread.ask({ kind: 'close' }).catch(() => {});
    await this.#thread.close();
  }

  async #ask<Value>(question: SessionQuestion, numbers: readonly ArrayBuffer[] = []): Promise<Value> {
    // The entry answers what the question asks for.
    return (await this.#thread.ask(question, numbers)) as Value;
  }
}

function numbersIn(feeds: readonly Feeds[]): readonly ArrayBuffer[] {
  const arrays = feeds.flatMap((feed) => Object.values(feed).map(({ data }) => data));
  return arrays.flatMap((data) => ('buffer' in data && data.buffer instanceof ArrayBuffer ? [data.buffer] : []));
}
