import { type Field, readFields } from './protobuf.ts';

// Numbers of fields in onnx.proto: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
const MODEL = { graph: 7 };
const GRAPH = { node: 1 };
const NODE = { opType: 4, attribute: 5 };
const ATTRIBUTE = { name: 1, ints: 8, strings: 9 };
const CLASSIFIERS = new Set(['LinearClassifier', 'TreeEnsembleClassifier', 'TreeEnsemble', 'SVMClassifier']);

/**
 * The classes of a model in the order of its probabilities, as its ZipMap names them, or its classifier.
 *
 * @returns null where neither is there, or several of them name different ones.
 * @throws {RangeError} For bytes that are not an ONNX model.
 */
export function classLabels(model: Uint8Array): readonly string[] | null {
  const graph = readFields(model).find(({ number }) => number === MODEL.graph);
  if (graph === undefined) return null;
  const nodes = readFields(graph.content).filter(({ number }) => number === GRAPH.node);
  const named = nodes.flatMap(({ content }) => {
    const fields = readFields(content);
    const type = textOf(fields.find(({ number }) => number === NODE.opType));
    const labels = type === 'ZipMap' || CLASSIFIERS.has(type) ? labelsOf(fields) : [];
    return labels.length === 0 ? [] : [{ type, labels }];
  });
  const maps = named.filter(({ type }) => type === 'ZipMap');
  const [first, ...others] = maps.length > 0 ? maps : named;
  const isSame = others.every(({ labels }) => JSON.stringify(labels) === JSON.stringify(first?.labels));
  return first !== undefined && isSame ? first.labels : null;
}

function labelsOf(node: readonly Field[]): readonly string[] {
  const found = node.flatMap((field) => {
    if (field.number !== NODE.attribute) return [];
    const fields = readFields(field.content);
    const name = textOf(fields.find(({ number }) => number === ATTRIBUTE.name));
    if (!name.startsWith('classlabels_')) return [];
    const texts = fields.filter(({ number }) => number === ATTRIBUTE.strings).map(textOf);
    const numbers = fields.filter(({ number }) => number === ATTRIBUTE.ints);
    return [...texts, ...numbers.flatMap((one) => integersOf(one, field.content))];
  });
  return found;
}

/** Signed numbers of 64 bits: one, or several packed into one field. */
function integersOf({ wireType, content, start, end }: Field, message: Uint8Array): readonly string[] {
  // The key of this field has one byte.
  const bytes = wireType === 2 ? content : message.subarray(start + 1, end);
  const found: string[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte >= 0x80) continue;
    found.push(String(BigInt.asIntN(64, value)));
    value = 0n;
    shift = 0n;
  }
  return found;
}

function textOf(field: Field | undefined): string {
  return field === undefined ? '' : new TextDecoder().decode(field.content);
}
