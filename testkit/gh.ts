/**
 * Stand-in for `gh api` and `gh secret` as the guides use them, against the forge: a program that takes the place of `gh` on
 * PATH. GH_API_URL, GH_TOKEN and GH_REPO say where, as whom, and for which repository. Anything else that it is asked to
 * do is refused, so that a guide cannot show what nothing has run.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { GH_API_URL = '', GH_TOKEN = '', GH_REPO = '' } = process.env;
const [command, ...rest] = process.argv.slice(2);
if (command === 'api') await api(rest);
else if (command === 'secret') await secret(rest);
else fail(`no such command: ${command}`);

async function api(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      method: { type: 'string', default: 'GET' },
      input: { type: 'string' },
      'raw-field': { type: 'string', short: 'f', multiple: true, default: [] },
    },
  });
  const [path = ''] = positionals;
  if (positionals.length !== 1 || path.startsWith('/')) fail(`not one path: ${positionals.join(' ')}`);
  const { input, 'raw-field': fields } = values;
  if (input !== undefined && input !== '-') fail('only --input - is known');
  const body = input === '-' ? JSON.parse(readFileSync(0, 'utf8')) : Object.fromEntries(fields.map(fieldOf));
  await request(
    values.method,
    path.replace('{owner}/{repo}', GH_REPO),
    input === '-' || fields.length > 0 ? body : undefined,
  );
}

function fieldOf(text: string): [string, string] {
  const at = text.indexOf('=');
  return [text.slice(0, at), text.slice(at + 1)];
}

/** The value comes from standard input, and is not encrypted: the forge keeps what it gets. */
async function secret(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { env: { type: 'string', short: 'e' }, repo: { type: 'string', short: 'R', default: GH_REPO } },
  });
  const [action, name = ''] = positionals;
  const folder = values.env === undefined ? 'actions' : `environments/${values.env}`;
  const path = `repos/${values.repo}/${folder}/secrets/${name}`;
  if (action === 'delete') await request('DELETE', path, undefined);
  else if (action !== 'set') fail(`no such command: secret ${action}`);
  else await request('PUT', path, { encrypted_value: Buffer.from('value').toString('base64'), key_id: '1' });
}

async function request(method: string, path: string, body: unknown): Promise<void> {
  const answer = await fetch(`${GH_API_URL}/${path}`, {
    method,
    headers: { authorization: `Bearer ${GH_TOKEN}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) fail(`${method} ${path}: HTTP ${answer.status} ${text}`);
  console.log(text);
}

function fail(message: string): never {
  console.error(`gh: ${message}`);
  process.exit(1);
}
