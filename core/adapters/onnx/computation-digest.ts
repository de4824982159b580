import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { formatDigestLines } from '../../domain/model/artifact-digest.ts';
import { FileArtifactHasher } from '../files/file-artifact-hasher.ts';
import { type Field, readFields } from './protobuf.ts';

// Numbers of fields in onnx.proto: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
type Message = 'model' | 'opset' | 'graph' | 'node' | 'attribute' | 'plain';

interface Shape {
  /** Fields that say nothing about what is computed: names, documentation, the program that wrote the file. */
  readonly ignored: readonly number[];
  /** Repeated fields whose order says nothing. */
  readonly unordered: readonly number[];
  readonly messages: Readonly<Record<number, Message>>;
}

const SHAPES: Readonly<Record<Message, Shape>> = {
  // ir_version, producer_name, producer_version, domain, model_version, doc_string.
  model: { ignored: [1, 2, 3, 4, 5, 6], unordered: [8, 14, 25], messages: { 7: 'graph', 8: 'opset' } },
  opset: { ignored: [], unordered: [], messages: {} },
  // name, doc_string, value_info, metadata_props.
  graph: { ignored: [2, 10, 13, 16], unordered: [], messages: { 1: 'node' } },
  // name, doc_string, metadata_props.
  node: { ignored: [3, 6, 9], unordered: [5], messages: { 5: 'attribute' } },
  // doc_string.
  attribute: { ignored: [13], unordered: [], messages: { 6: 'graph', 11: 'graph' } },
  plain: { ignored: [], unordered: [], messages: {} },
};

/** Chosen: a model is read into memory for this. */
const MOST_BYTES = 256 * 2 ** 20;
/** protobuf's own limit of messages in messages. */
const MOST_DEPTH = 100;

/**
 * A digest of what an ONNX model computes: of its graph, weights and operators, without names of the graph and its nodes,
 * documentation, the program that wrote it, and the order of operator sets and attributes. Exporters write these in another way each
 * time. Names of inputs, outputs and values count.
 *
 * @param location Absolute path of a model, or of a folder: all other files in it count by their bytes.
 * @returns `sha256:<hex>`; undefined for what is not an ONNX model, or is larger than 256 MiB.
 */
export async function computationDigest(location: string): Promise<string | undefined> {
  const found = await stat(location);
  if (found.isFile()) return ofModel(location);
  const { files } = await new FileArtifactHasher().hash(location);
  const models = files.filter(({ path: name }) => name.toLowerCase().endsWith('.onnx'));
  if (models.length === 0) return undefined;
  const lines: { path: string; digest: string }[] = [];
  for (const file of files) {
    const digest = models.includes(file) ? await ofModel(path.join(location, file.path)) : file.digest;
    if (digest === undefined) return undefined;
    lines.push({ path: file.path, digest });
  }
  return `sha256:${createHash('sha256').update(formatDigestLines(lines)).digest('hex')}`;
}

async function ofModel(file: string): Promise<string | undefined> {
  if ((await stat(file)).size > MOST_BYTES) return undefined;
  try {
    const bytes = await readFile(file);
    // Without a graph it is something else, whatever its bytes are.
    if (!readFields(bytes).some(({ number, wireType }) => number === 7 && wireType === 2)) return undefined;
    return `sha256:${digestOf(bytes, 'model', 0).toString('hex')}`;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function digestOf(bytes: Uint8Array, message: Message, depth: number): Buffer {
  if (depth > MOST_DEPTH) throw new RangeError('messages are nested too deeply');
  const { ignored, unordered, messages } = SHAPES[message];
  const kept = readFields(bytes).filter(({ number }) => !ignored.includes(number));
  const hashed = kept.map((field) => ({ number: field.number, digest: fieldDigest(field, bytes, messages, depth) }));
  const sets = unordered.flatMap((number) =>
    hashed.filter((field) => field.number === number).sort((a, b) => Buffer.compare(a.digest, b.digest)),
  );
  const hash = createHash('sha256');
  for (const { digest } of [...hashed.filter(({ number }) => !unordered.includes(number)), ...sets])
    hash.update(digest);
  return hash.digest();
}

function fieldDigest(field: Field, bytes: Uint8Array, messages: Shape['messages'], depth: number): Buffer {
  const inner = messages[field.number];
  const hash = createHash('sha256').update(`${field.number}:${field.wireType}:`);
  if (inner !== undefined && field.wireType === 2)
    return hash.update(digestOf(field.content, inner, depth + 1)).digest();
  return hash.update(field.wireType === 2 ? field.content : bytes.subarray(field.start, field.end)).digest();
}
