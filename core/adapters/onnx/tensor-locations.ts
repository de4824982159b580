import { closeSync, openSync, readSync } from 'node:fs';
import { stat } from 'node:fs/promises';

// Numbers of fields in onnx.proto: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
// Every message through which a TensorProto can be reached, by the numbers of the fields that lead there.
type Message = 'model' | 'graph' | 'node' | 'attribute' | 'sparse' | 'training' | 'function' | 'tensor';
const FIELDS: Readonly<Record<Message, Readonly<Record<number, Message>>>> = {
  model: { 7: 'graph', 20: 'training', 25: 'function' },
  training: { 1: 'graph', 2: 'graph' },
  function: { 7: 'node', 11: 'attribute' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
  tensor: {},
};
const TENSOR = { externalData: 13, dataLocation: 14 };
const ENTRY = { key: 1, value: 2 };

/** protobuf's own limits: of one message in bytes, and of messages in messages. */
const MOST_BYTES = 2 ** 31 - 1;
const MOST_DEPTH = 100;
/** Chosen: a path of the system is no longer. */
const MOST_LOCATION_BYTES = 4096;
const WINDOW_BYTES = 1 << 16;

/**
 * The locations of all tensors of an ONNX model that are not in the model's own file: of weights, of sparse ones, of
 * attributes, in subgraphs, functions and training graphs. A tensor that is elsewhere and names no place gives ''.
 *
 * The file is read by windows of 64 KiB, and the weights in it are skipped: neither time nor memory grow with them.
 *
 * @returns Relative to the model's folder, as they are written, each once, in the order of the file.
 * @throws {RangeError} For bytes that are not a protocol buffer message.
 */
export async function tensorLocations(file: string): Promise<readonly string[]> {
  const { size } = await stat(file);
  const reader = new MessageFile(file);
  try {
    const found = new Set<string>();
    findLocations(reader, { message: 'model', start: 0, end: size, depth: 0 }, found);
    return [...found];
  } finally {
    reader.close();
  }
}

/** A message in the file: its bytes from `start` to before `end`. */
interface Part {
  readonly message: Message;
  readonly start: number;
  readonly end: number;
  readonly depth: number;
}

function findLocations(file: MessageFile, part: Part, found: Set<string>): void {
  if (part.depth > MOST_DEPTH) throw new RangeError('messages are nested too deeply');
  const isTensor = part.message === 'tensor';
  let isElsewhere = false;
  let isNamed = false;
  for (const field of file.fields(part.start, part.end)) {
    const inner = FIELDS[part.message][field.number];
    if (inner !== undefined && field.wireType === 2) {
      findLocations(file, { ...field, message: inner, depth: part.depth + 1 }, found);
    } else if (isTensor && field.number === TENSOR.externalData && field.wireType === 2) {
      for (const location of locationsOf(file, field)) {
        found.add(location);
        isNamed = true;
      }
    } else if (isTensor && field.number === TENSOR.dataLocation && field.wireType === 0) {
      isElsewhere ||= field.value !== 0;
    }
  }
  if (isElsewhere && !isNamed) found.add('');
}

/** An entry `location: <path>`; protobuf takes the last of several keys or values, here any counts. */
function locationsOf(file: MessageFile, entry: FileField): readonly string[] {
  const texts = { key: [] as string[], value: [] as string[] };
  for (const field of file.fields(entry.start, entry.end)) {
    if (field.wireType !== 2) continue;
    if (field.number === ENTRY.key) texts.key.push(file.text(field));
    if (field.number === ENTRY.value) texts.value.push(file.text(field));
  }
  if (!texts.key.includes('location')) return [];
  return texts.value.length === 0 ? [''] : texts.value;
}

/** A field of a message in a file. */
interface FileField {
  readonly number: number;
  readonly wireType: number;
  /** Start and end of a length-prefixed content. */
  readonly start: number;
  readonly end: number;
  /** The value of a number. */
  readonly value: number;
}

/** Reads messages of a file without holding them. */
class MessageFile {
  readonly #descriptor: number;
  readonly #window = Buffer.alloc(WINDOW_BYTES);
  #from = 0;
  #length = 0;

  constructor(path: string) {
    this.#descriptor = openSync(path, 'r');
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  /** The text of a field; longer ones than a location can be are cut. */
  text({ start, end }: FileField): string {
    const bytes = Buffer.alloc(Math.min(end - start, MOST_LOCATION_BYTES + 1));
    for (let at = 0; at < bytes.length; at++) bytes[at] = this.#byte(start + at, end);
    return bytes.toString('utf8');
  }

  *fields(start: number, end: number): Generator<FileField> {
    for (let at = start; at < end; ) {
      const key = this.#key(at, end);
      at = key.end;
      const field = { number: Math.floor(key.value / 8), wireType: key.value % 8 };
      if (field.number === 0) throw new RangeError('no protocol buffer message');
      const content = this.#content(field.wireType, at, end);
      at = content.end;
      yield { ...field, ...content };
    }
  }

  /** Decoders keep 32 bits of a key: one that is longer could be read as another field. */
  #key(at: number, end: number): { readonly value: number; readonly end: number } {
    const key = this.#varint(at, end);
    if (key.end - at > 5 || key.value > 0xffffffff) throw new RangeError('no protocol buffer message');
    return key;
  }

  #content(wireType: number, at: number, end: number): Pick<FileField, 'start' | 'end' | 'value'> {
    if (wireType === 0) return { start: at, ...this.#varint(at, end) };
    let [start, stop] = [at, at];
    if (wireType === 1) stop += 8;
    else if (wireType === 5) stop += 4;
    else if (wireType === 2) {
      const length = this.#varint(at, end);
      if (length.value > MOST_BYTES) throw new RangeError('a message longer than 2 GiB');
      start = length.end;
      stop = length.end + length.value;
    } else throw new RangeError('no protocol buffer message, or one with groups, which ONNX does not have');
    if (stop > end) throw new RangeError('a protocol buffer message breaks off');
    return { start, end: stop, value: 0 };
  }

  #varint(from: number, end: number): { readonly value: number; readonly end: number } {
    let value = 0;
    for (let at = from, scale = 1; at < from + 10; at++, scale *= 128) {
      const byte = this.#byte(at, end);
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return { value, end: at + 1 };
    }
    throw new RangeError('no protocol buffer message');
  }

  #byte(at: number, end: number): number {
    if (at >= end) throw new RangeError('a protocol buffer message breaks off');
    if (at < this.#from || at >= this.#from + this.#length) {
      this.#length = readSync(this.#descriptor, this.#window, 0, WINDOW_BYTES, at);
      this.#from = at;
    }
    const byte = this.#length === 0 ? undefined : this.#window[at - this.#from];
    if (byte === undefined) throw new RangeError('a protocol buffer message breaks off');
    return byte;
  }
}
