import { readdir, readFile, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import type { ModelClasses } from '../../domain/model/class-order.ts';
import type { InputPlan } from '../../domain/model/input-plan.ts';
import type { ModelTensor } from '../../domain/model/model-tensor.ts';
import type { FeatureBatch } from '../../domain/table/table.ts';
import { UserError } from '../../errors.ts';
import type { ModelRunner, ModelRuntime, OpenModel, ScoreOptions } from '../../ports/evaluate/model-runner.ts';
import { unlessAbsent } from '../files/absent.ts';
import { type NativeModuleOptions, nativeModuleMain, nativeModuleVersion } from '../native/native-module.ts';
import { classLabels } from './class-labels.ts';
import { createFeeds } from './feeds.ts';
import { joinParts, rowsAtOnce, splitRows } from './fixed-rows.ts';
import { engineMessage, notRunnable } from './not-runnable.ts';
import { labelOutput, OwnLabels } from './own-labels.ts';
import { chooseOutput, readScores, type ScoreOutput } from './score-output.ts';
import { SessionPool } from './session-pool.ts';
import { type SessionFacts, type SessionSource, SessionThread } from './session-thread.ts';
import { weightsInArtifact } from './weights-in-artifact.ts';
import { withoutZipMap } from './zip-map.ts';

/** Options for running models. */
export interface OnnxOptions extends NativeModuleOptions {
  /** Threads that score, for all open models together; default: as many as the machine has cores. */
  readonly threads?: number;
}

/** Chosen: a larger model is not held by several threads; its operators are computed by several. */
const SHARED_MODEL_BYTES = 64 << 20;

/** Runs ONNX models with ONNX Runtime on the CPU, which is loaded at the first use. */
export class OnnxModelRunner implements ModelRunner {
  readonly #options: OnnxOptions;
  readonly #threads: number;
  #models = 0;

  constructor(options: OnnxOptions) {
    this.#options = options;
    this.#threads = options.threads ?? availableParallelism();
  }

  async open(path: string, options: ScoreOptions = { scores: 'one' }): Promise<OpenModel> {
    const file = await modelFile(path);
    const isLarge = (await sizeWithWeights(file, path)) > SHARED_MODEL_BYTES;
    const main = await nativeModuleMain('onnxruntime-node', this.#options);
    const thread = new SessionThread(main);
    try {
      const { source, facts } = await openSession(thread, file, isLarge ? this.#threads : 1);
      const threads = isLarge ? () => 1 : () => Math.max(1, Math.floor(this.#threads / this.#models));
      const model = new OnnxModel(path, {
        ...options,
        facts,
        stated: await statedClasses(file),
        pool: new SessionPool(thread, { main, source }, { threads }),
        closed: () => {
          this.#models--;
        },
      });
      this.#models++;
      return model;
    } catch (cause) {
      await thread.close();
      if (cause instanceof UserError) throw cause;
      throw await notRunnable({ path, file }, cause);
    }
  }
}

interface OpenedSession {
  readonly source: SessionSource;
  readonly facts: SessionFacts;
}

/** From a file, so that nothing is held twice; or, where maps were taken out of it, from bytes. */
async function openSession(thread: SessionThread, file: string, threads: number): Promise<OpenedSession> {
  const source = { model: file, options: sessionOptions(file, threads) };
  const facts = await thread.open(source);
  if (facts.outputs.every(({ isTensor }) => isTensor)) return { source, facts };
  const mended = withoutZipMap(await readFile(file));
  if (mended === null) return { source, facts };
  const instead = { ...source, model: mended };
  return { source: instead, facts: await thread.open(instead) };
}

/** Weights outside of the model's file are in its folder, and were checked to be in the artifact. */
function sessionOptions(file: string, threads: number): InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
    // Errors only: warnings of the runtime are not the user's.
    logSeverityLevel: 3,
    intraOpNumThreads: threads,
    // Threads that wait for the next batch by spinning take the cores from everything else, at twice the CPU.
    extra: {
      session: {
        intra_op: { allow_spinning: '0' },
        // Whatever the file's name: the runtime's own format was not looked at for weights elsewhere.
        load_model_format: 'ONNX',
        model_external_initializers_file_folder_path: dirname(resolve(file)),
      },
    },
  };
}

interface Engine extends ScoreOptions {
  readonly facts: SessionFacts;
  /** The classes that the model's file names. */
  readonly stated: readonly string[] | null;
  readonly pool: SessionPool;
  readonly closed: () => void;
}

class OnnxModel implements OpenModel {
  readonly inputs: readonly ModelTensor[];
  readonly outputs: readonly ModelTensor[];
  readonly runtime: ModelRuntime;
  readonly #path: string;
  readonly #engine: Engine;
  readonly #output: ScoreOutput;
  readonly #rowsAtOnce: number | null;
  readonly #label: string | undefined;
  readonly #labels: OwnLabels | undefined;
  #closed = false;

  constructor(path: string, engine: Engine) {
    this.#path = path;
    this.#engine = engine;
    this.inputs = engine.facts.inputs.map(toTensor);
    this.outputs = engine.facts.outputs.map(toTensor);
    this.runtime = { name: 'onnxruntime', version: nativeModuleVersion('onnxruntime-node'), provider: 'CPU' };
    this.#output = chooseOutput(this.outputs, path, engine.output);
    this.#label = labelOutput(this.outputs, this.#output.name);
    this.#labels = this.#label === undefined ? undefined : this.#labelsOf(this.#label);
    this.#rowsAtOnce = rowsAtOnce(this.inputs);
  }

  get classes(): ModelClasses | null {
    return this.#engine.stated ?? this.#labels?.classes ?? null;
  }

  async score(batch: FeatureBatch, plan: InputPlan): Promise<Float64Array> {
    const { pool, scores } = this.#engine;
    const size = this.#rowsAtOnce ?? batch.rows;
    const feeds = splitRows(batch, size).map((part) => createFeeds(part, plan));
    const outputs = [this.#output.name, ...(this.#label === undefined ? [] : [this.#label])];
    const found = await pool.run(feeds, outputs).catch((cause) => this.#failed(cause));
    for (const [given, labels] of found) this.#labels?.add(given?.data ?? null, labels?.data ?? null);
    const read = found.map(([given]) => readScores(given, this.#output, { rows: size, path: this.#path, scores }));
    return joinParts(read, batch.rows, size);
  }

  async measure(batches: readonly FeatureBatch[], plan: InputPlan): Promise<Float64Array> {
    const parts = batches.map((batch) => splitRows(batch, this.#rowsAtOnce ?? batch.rows));
    const feeds = parts.flatMap((own) => own.map((part) => createFeeds(part, plan)));
    const times = await this.#engine.pool.measure(feeds, [this.#output.name]).catch((cause) => this.#failed(cause));
    let from = 0;
    return Float64Array.from(parts, (own) => {
      const to = from + own.length;
      const time = times.subarray(from, to).reduce((sum, one) => sum + one, 0);
      from = to;
      return time;
    });
  }

  #labelsOf(label: string): OwnLabels {
    const { stated, output } = this.#engine;
    return new OwnLabels({
      path: this.#path,
      label,
      scores: this.#output.name,
      stated,
      isChosen: output !== undefined,
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#engine.closed();
    await this.#engine.pool.close();
  }

  #failed(cause: unknown): never {
    throw new UserError('MODEL_INVALID', `${this.#path} fails on the dataset: ${engineMessage(cause)}`, {
      fix: 'Check that the model takes the features of data.features, with these types.',
      cause,
    });
  }
}

/** The bytes of a model with its weights, which are all in the artifact. */
async function sizeWithWeights(file: string, artifact: string): Promise<number> {
  const { size } = await stat(file);
  try {
    return size + (await weightsInArtifact({ file, artifact }));
  } catch (cause) {
    if (cause instanceof RangeError) throw await notRunnable({ path: artifact, file }, cause);
    throw cause;
  }
}

/** The classes that a model's file names; null for a large file, which is not read for that. */
async function statedClasses(file: string): Promise<readonly string[] | null> {
  return (await stat(file)).size > SHARED_MODEL_BYTES ? null : classLabels(await readFile(file));
}

/** The model file at a path: the file itself, or the one .onnx file of a folder. */
async function modelFile(path: string): Promise<string> {
  const found = await stat(path).catch(unlessAbsent);
  if (found === undefined) {
    throw new UserError('DATA_NOT_FOUND', `there is no model at ${path}`, {
      fix: 'Check artifact in tidegate.yaml, and that train ran before.',
    });
  }
  if (!found.isDirectory()) return path;
  const files = (await readdir(path, { recursive: true })).filter((file) => file.endsWith('.onnx')).sort();
  const [only] = files;
  if (only !== undefined && files.length === 1) return join(path, only);
  throw new UserError('MODEL_INVALID', `${path} holds ${files.length} .onnx files, but exactly one is needed`, {
    fix: 'Keep one .onnx file in the folder, or set artifact to the file.',
  });
}

function toTensor(metadata: InferenceSession.ValueMetadata): ModelTensor {
  if (!metadata.isTensor) return { name: metadata.name, type: 'other', shape: [] };
  const shape = metadata.shape.map((axis) => (typeof axis === 'number' && axis >= 0 ? axis : null));
  return { name: metadata.name, type: metadata.type, shape };
}
