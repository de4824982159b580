/**
 * Writes `test/fixtures/github-openapi.json`: the operations of GitHub's REST interface that the testkit answers, as
 * JSON Schemas. Run it after a route was added. Fetches `@octokit/openapi` with npm into a temporary folder.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { allRoutes } from '../testkit/github/routes.ts';

const PACKAGE = '@octokit/openapi@23.0.2';
const MEMBER = 'package/generated/api.github.com.json';
const TARGET = new URL('../test/fixtures/github-openapi.json', import.meta.url);
const run = promisify(execFile);

type Json = Record<string, unknown>;

const isJson = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value);
const child = (value: unknown, ...names: string[]): unknown =>
  names.reduce<unknown>((at, name) => (isJson(at) ? at[name] : undefined), value);

/** Prose and examples: most of the description's bytes. */
const DROPPED = new Set(['description', 'example', 'examples', 'title', 'externalDocs', 'deprecated', 'xml']);

/**
 * Corrections of the description. The account of a listed installation is said to be a user and an enterprise at once
 * (`allOf`); that of a single installation is one or the other, which is what GitHub answers.
 */
const CORRECTIONS: Readonly<Record<string, Json>> = {
  'GET /app/installations': { type: 'array', items: { $ref: '#/components/schemas/installation' } },
};

async function download(): Promise<Json> {
  const folder = await mkdtemp(path.join(tmpdir(), 'openapi-'));
  try {
    const { stdout } = await run('npm', ['pack', '--silent', PACKAGE], { cwd: folder });
    await run('tar', ['xzf', stdout.trim(), MEMBER], { cwd: folder });
    return JSON.parse(await readFile(path.join(folder, MEMBER), 'utf8'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** OpenAPI 3.0 to JSON Schema: `nullable` becomes a type, references point into the fixture. `used` collects them. */
function convert(value: unknown, used: Set<string>, inProperties = false): unknown {
  if (Array.isArray(value)) return value.map((item) => convert(item, used));
  if (!isJson(value)) return value;
  if (typeof value.$ref === 'string') {
    const name = value.$ref.split('/').at(-1) ?? '';
    used.add(name);
    return { $ref: `github#/definitions/${name}` };
  }
  const result: Json = {};
  for (const [key, item] of Object.entries(value)) {
    if (!inProperties && (DROPPED.has(key) || key.startsWith('x-') || key === 'nullable')) continue;
    result[key] = convert(item, used, key === 'properties' && !inProperties);
  }
  return !inProperties && value.nullable === true ? orNull(result) : result;
}

function orNull(schema: Json): Json {
  if (Array.isArray(schema.enum) && !schema.enum.includes(null)) schema.enum = [...schema.enum, null];
  if (typeof schema.type === 'string') return { ...schema, type: [schema.type, 'null'] };
  return { anyOf: [schema, { type: 'null' }] };
}

function jsonSchemaOf(content: unknown): unknown {
  return child(content, 'content', 'application/json', 'schema');
}

function resolve(root: Json, value: unknown): unknown {
  const reference = child(value, '$ref');
  return typeof reference === 'string' ? child(root, ...reference.split('/').slice(1)) : value;
}

function extractOperation(root: Json, operation: Json, at: { name: string; used: Set<string> }): Json {
  const { name, used } = at;
  const parameters = Array.isArray(operation.parameters) ? operation.parameters : [];
  const query = parameters.map((one) => resolve(root, one)).filter((one) => child(one, 'in') === 'query');
  const requestBody = resolve(root, operation.requestBody);
  const body = jsonSchemaOf(requestBody);
  const isBodyRequired = child(requestBody, 'required') === true;
  const responses: Json = {};
  for (const [status, response] of Object.entries(isJson(operation.responses) ? operation.responses : {})) {
    if (Number(status) >= 400) continue;
    const schema = CORRECTIONS[name] ?? jsonSchemaOf(resolve(root, response));
    responses[status] = schema === undefined ? null : convert(schema, used);
  }
  const names = query.map((one) => String(child(one, 'name')));
  return { query: names, ...(body === undefined ? {} : { body: convert(body, used), isBodyRequired }), responses };
}

function collectSchemas(root: Json, used: Set<string>): Json {
  const schemas: Json = {};
  const queue = [...used];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (schemas[name] !== undefined) continue;
    const found = new Set<string>();
    schemas[name] = convert(child(root, 'components', 'schemas', name), found);
    queue.push(...found);
  }
  return Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const root = await download();
const used = new Set<string>();
const operations: Json = {};
for (const { method, template } of allRoutes(() => Promise.reject(new Error('not running')), 'owner')) {
  const operation = child(root, 'paths', template, method.toLowerCase());
  if (!isJson(operation)) throw new Error(`${PACKAGE} has no operation ${method} ${template}`);
  const name = `${method} ${template}`;
  operations[name] = extractOperation(root, operation, { name, used });
}
const fixture = { source: PACKAGE, operations, schemas: collectSchemas(root, used) };
await writeFile(TARGET, `${JSON.stringify(fixture)}\n`);
console.log(`${Object.keys(operations).length} operations, ${Object.keys(fixture.schemas).length} schemas`);
