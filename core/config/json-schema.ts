import { z } from 'zod';
import { dataSchemaFile } from './data-schema-config.ts';
import { tidegateSchema } from './tidegate-config.ts';

/** The part of a JSON Schema that the messages walk. */
interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
}

/** The JSON Schema of tidegate.yaml as editors read it: what a person may write, before it is parsed. */
export function tidegateJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(tidegateSchema, { io: 'input', target: 'draft-2020-12', override: asWritten });
  return { $id: 'https://tidegate.dev/schema/tidegate.schema.json', title: 'tidegate.yaml', ...schema };
}

/** The JSON Schema of a data schema (`data/schema.yaml`), in the same way. */
export function dataSchemaJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(dataSchemaFile, { io: 'input', target: 'draft-2020-12', override: asWritten });
  return { $id: 'https://tidegate.dev/schema/data-schema.schema.json', title: 'data/schema.yaml', ...schema };
}

/**
 * The library leaves out examples and defaults of values that the parser changes. Ours are written as in the file: text for a
 * duration, an empty list.
 */
function asWritten({
  zodSchema,
  jsonSchema,
}: {
  zodSchema: z.core.$ZodTypes;
  jsonSchema: z.core.JSONSchema.BaseSchema;
}) {
  const { examples } = z.globalRegistry.get(zodSchema) ?? {};
  if (Array.isArray(examples)) jsonSchema.examples = examples;
  const { def } = zodSchema._zod;
  if (def.type === 'default' && Array.isArray(def.defaultValue)) jsonSchema.default ??= def.defaultValue;
}

/**
 * The keys that the schema knows at a path.
 *
 * @param path Keys and indexes from the root; record keys (model names) may be any.
 * @returns In the order of the schema; empty where the path leads nowhere.
 */
export function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  return keysAt(tidegateJsonSchema(), path);
}

/** The same for a data schema. */
export function knownDataSchemaKeys(path: readonly PropertyKey[]): readonly string[] {
  return keysAt(dataSchemaJsonSchema(), path);
}

function keysAt(schema: Record<string, unknown>, path: readonly PropertyKey[]): readonly string[] {
  // z.toJSONSchema returns a JSON Schema object; SchemaNode names the members that are read here.
  let nodes: readonly SchemaNode[] = [schema as SchemaNode];
  for (const step of path) nodes = nodes.flatMap((node) => childrenAt(node, step));
  return [...new Set(nodes.flatMap(alternatives).flatMap((node) => Object.keys(node.properties ?? {})))];
}

function alternatives(node: SchemaNode): readonly SchemaNode[] {
  const either = node.anyOf ?? node.oneOf;
  return either === undefined ? [node] : either.flatMap(alternatives);
}

function childrenAt(node: SchemaNode, step: PropertyKey): readonly SchemaNode[] {
  return alternatives(node).flatMap((one) => {
    if (typeof step === 'number') return one.items === undefined ? [] : [one.items];
    const named = one.properties?.[String(step)];
    if (named !== undefined) return [named];
    return typeof one.additionalProperties === 'object' ? [one.additionalProperties] : [];
  });
}
