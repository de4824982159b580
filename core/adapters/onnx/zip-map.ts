import { type Field, joinBytes, readFields, writeField, writeNumber } from './protobuf.ts';

// Numbers of fields in onnx.proto: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
const MODEL = { graph: 7, opsetImport: 8 };
const OPSET = { domain: 1 };
const GRAPH = { node: 1, output: 12 };
const NODE = { input: 1, output: 2, opType: 4 };
const FLOAT = 1;

/**
 * A model without its ZipMaps: where it gave one map a row, it gives the tensor of numbers that the maps were made of, by
 * the same name. The runtime hands out no maps, and skl2onnx adds them unless it is told not to. All of them go: of
 * several, the only one that is left as a tensor would be taken for the probabilities.
 *
 * @returns null for a model without one.
 * @throws {RangeError} For bytes that are not an ONNX model.
 */
export function withoutZipMap(model: Uint8Array): Uint8Array | null {
  const parts = readFields(model);
  const graph = parts.find(({ number }) => number === MODEL.graph);
  if (graph === undefined) return null;
  const fields = readFields(graph.content);
  const zipMaps = fields.filter((field) => field.number === GRAPH.node && opType(field.content) === 'ZipMap');
  if (zipMaps.length === 0) return null;
  const sources = new Map(
    zipMaps.map(({ content }) => {
      const node = readFields(content);
      return [text(node, NODE.output), text(node, NODE.input)];
    }),
  );
  // A model of the operators of ai.onnx.ml alone has no Identity: there the tensor has the name that it has.
  const isNamed = parts.some((part) => part.number === MODEL.opsetImport && isStandard(part.content));
  const replaced = fields.flatMap((field) => {
    const own = [graph.content.subarray(field.start, field.end)];
    if (zipMaps.includes(field)) {
      const to = text(readFields(field.content), NODE.output);
      return isNamed ? [writeField(GRAPH.node, identity(sources.get(to) ?? '', to))] : [];
    }
    const to = field.number === GRAPH.output ? text(readFields(field.content), 1) : '';
    const from = sources.get(to);
    return from === undefined ? own : [writeField(GRAPH.output, floatTensor(isNamed ? to : from))];
  });
  const graphBytes = writeField(MODEL.graph, joinBytes(replaced));
  return joinBytes(parts.map((part) => (part === graph ? graphBytes : model.subarray(part.start, part.end))));
}

/** True if an import is of the standard's own operators, whose domain has the empty name or this one. */
function isStandard(opset: Uint8Array): boolean {
  return ['', 'ai.onnx'].includes(text(readFields(opset), OPSET.domain));
}

/** NodeProto of an operator that copies a tensor. */
function identity(from: string, to: string): Uint8Array {
  const field = (number: number, value: string) => writeField(number, new TextEncoder().encode(value));
  return joinBytes([field(NODE.input, from), field(NODE.output, to), field(NODE.opType, 'Identity')]);
}

function opType(node: Uint8Array): string {
  return text(readFields(node), NODE.opType);
}

function text(fields: readonly Field[], number: number): string {
  const found = fields.find((field) => field.number === number);
  return found === undefined ? '' : new TextDecoder().decode(found.content);
}

/** ValueInfoProto { name, type: TypeProto { tensor_type: { elem_type: FLOAT } } }, of any shape. */
function floatTensor(name: string): Uint8Array {
  const tensorType = writeField(1, writeNumber(1, FLOAT));
  return joinBytes([writeField(1, new TextEncoder().encode(name)), writeField(2, tensorType)]);
}
