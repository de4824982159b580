/** The part of a JSON Schema that the reference of tidegate.yaml is written from. */
export interface ConfigSchema {
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly ConfigSchema[];
  /** Mappings, told apart by the value of a key. */
  readonly oneOf?: readonly ConfigSchema[];
  readonly properties?: Readonly<Record<string, ConfigSchema>>;
  readonly additionalProperties?: ConfigSchema | boolean;
  readonly required?: readonly string[];
  readonly items?: ConfigSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

/** A key of tidegate.yaml. */
export interface ConfigKey {
  readonly name: string;
  /** The mapping that holds it, such as `models.<name>.gate.rules[]`; empty at the top. */
  readonly section: string;
  readonly isRequired: boolean;
  /** The task that it is of, where it is not as for other tasks. */
  readonly task?: string;
  readonly schema: ConfigSchema;
}

/** Names of maps whose keys a person chooses. */
const CHOSEN_KEYS: Readonly<Record<string, string>> = { models: '<name>' };

/**
 * The keys of a schema, each after the mapping that holds it.
 *
 * @param schema The schema of a mapping.
 * @param section Where it is; empty at the top.
 * @returns Sections as wholes, in the order of the schema; keys that a person chooses are not in it.
 */
export function configKeys(schema: ConfigSchema, section = ''): readonly ConfigKey[] {
  const own = Object.entries(schema.properties ?? {}).map(([name, child]) => ({
    ...{ name, section, schema: child },
    isRequired: schema.required?.includes(name) ?? false,
  }));
  return [...own, ...own.flatMap((key) => keysBelow(key.schema, section === '' ? key.name : `${section}.${key.name}`))];
}

function keysBelow(schema: ConfigSchema, path: string): readonly ConfigKey[] {
  if (schema.properties !== undefined) return configKeys(schema, path);
  const [first, ...others] = schema.oneOf ?? [];
  if (first !== undefined) return [...keysBelow(first, path), ...others.flatMap((one) => otherKeys(one, first, path))];
  const chosen = schema.additionalProperties;
  if (typeof chosen === 'object') return keysBelow(chosen, `${path}.${CHOSEN_KEYS[path] ?? '<key>'}`);
  if (schema.items !== undefined) return keysBelow(schema.items, `${path}[]`);
  return (schema.anyOf ?? []).flatMap((one) => keysBelow(one, path));
}

/** The keys of a mapping that are not the same as in another one. */
function otherKeys(schema: ConfigSchema, known: ConfigSchema, path: string): readonly ConfigKey[] {
  const task = schema.properties?.task?.const;
  if (typeof task !== 'string') throw new RangeError(`mappings at ${path} are not told apart by a task`);
  const same = new Set(configKeys(known, path).map((key) => JSON.stringify(key)));
  return configKeys(schema, path)
    .filter((key) => !same.has(JSON.stringify(key)))
    .map((key) => ({ ...key, task }));
}
