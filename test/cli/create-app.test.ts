import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { APP_EVENTS, APP_PERMISSIONS } from '../../bot/app-manifest.ts';
import { readBotConfig } from '../../bot/config.ts';
import { type CreationPage, serveCreationPage } from '../../cli/bot/create-app.ts';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';

const KEY = '-----BEGIN RSA PRIVATE KEY-----\nnot a key\n-----END RSA PRIVATE KEY-----\n';
let folder: string;
let page: CreationPage;
let close: () => void;
let asked: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'create-app-'));
  asked = [];
  // What GitHub answers, by its documentation: this operation needs no account of the testkit.
  const api = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const app = { id: 7, pem: KEY, webhook_secret: 'a secret of enough characters' };
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(app));
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  close = () => api.close();
  const address = api.address();
  const port = typeof address === 'object' ? address?.port : 0;
  page = await serveCreationPage({
    webhookUrl: 'https://bot.example/api/github/webhooks',
    newAppUrl: 'https://github.example/settings/apps/new',
    apiUrl: `http://127.0.0.1:${port}`,
    envFile: join(folder, 'bot.env'),
  });
});
afterEach(async () => {
  await page.close();
  close();
  await rm(folder, { recursive: true, force: true });
});

async function shown(): Promise<{ state: string; manifest: Record<string, unknown> }> {
  const html = await (await fetch(page.url)).text();
  const state = /\?state=([0-9a-f]{48})"/.exec(html)?.[1] ?? '';
  const escaped = /name="manifest" value="([^"]*)"/.exec(html)?.[1] ?? '';
  const manifest = JSON.parse(escaped.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code))));
  return { state, manifest };
}

describe('serveCreationPage', () => {
  it('asks GitHub for these permissions and events, and comes back', async () => {
    const { manifest } = await shown();
    expect(manifest).toMatchObject({
      default_permissions: APP_PERMISSIONS,
      default_events: APP_EVENTS,
      redirect_url: `${origin()}/created`,
      hook_attributes: { url: 'https://bot.example/api/github/webhooks' },
      public: false,
    });
  });

  it('keeps the secrets in a file of the owner, as the bot reads them', async () => {
    const { state } = await shown();
    const back = await fetch(`${origin()}/created?code=abc123&state=${state}`);
    expect(back.status).toBe(200);
    await page.created;
    expect(asked).toEqual(['POST /app-manifests/abc123/conversions']);
    const file = join(folder, 'bot.env');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    const env = Object.fromEntries(lines.map((line) => [line.split('=')[0], line.slice(line.indexOf('=') + 1)]));
    expect(env.APP_ID).toBe('7');
    expect(env.PRIVATE_KEY).toBe(`"${KEY.trim().replaceAll('\n', '\\n')}"`);
    expect(() => readBotConfig(env)).toThrow(/PRIVATE_KEY/);
  });

  it('takes no App of somebody else, and no code that is none', async () => {
    const { state } = await shown();
    expect((await fetch(`${origin()}/created?code=abc&state=${'0'.repeat(48)}`)).status).toBe(403);
    expect((await fetch(`${origin()}/created?code=abc`)).status).toBe(403);
    expect((await fetch(`${origin()}/created?code=../x&state=${state}`)).status).toBe(502);
    expect(asked).toEqual([]);
  });

  it.each(['evil.example', 'evil.example:PORT', 'localhost:PORT', '127.0.0.1', '127.0.0.1:1', '127.1:PORT', ''])(
    'answers nothing to somebody who names it %j',
    async (name) => {
      const { state } = await shown();
      const host = name.replace('PORT', new URL(page.url).port);
      for (const path of [new URL(page.url).pathname, '/', `/created?code=abc&state=${state}`]) {
        const { status, text } = await askAs(host, path);
        // Node's own server refuses a request without a host.
        expect(status).toBe(name === '' ? 400 : 421);
        expect(text).not.toContain(state);
      }
      expect(asked).toEqual([]);
    },
  );

  it('shows its state to nobody who does not know its address', async () => {
    const { state } = await shown();
    for (const path of ['/', '/created', `/${'0'.repeat(48)}`, `/${state}`, `${new URL(page.url).pathname}x`]) {
      const answered = await fetch(`${origin()}${path}`);
      expect(answered.status).toBeGreaterThanOrEqual(400);
      expect(await answered.text()).not.toContain(state);
    }
  });
});

function origin(): string {
  return new URL(page.url).origin;
}

/** A request that names its host as someone likes. */
function askAs(host: string, path: string): Promise<{ status: number | undefined; text: string }> {
  const { port } = new URL(page.url);
  return new Promise((resolve, reject) => {
    const headers = host === '' ? {} : { host };
    const options = { host: '127.0.0.1', port, path, headers, setHost: false, agent: false };
    get(options, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk)).on('end', () => resolve({ status: response.statusCode, text }));
    }).on('error', reject);
  });
}

describe('the guide', () => {
  it('gives a reason for each permission and lists the events', async () => {
    const guide = (await readFile(join(PROJECT_ROOT, 'docs', 'guide', 'bot.md'), 'utf8')).toLowerCase();
    const spoken: Record<string, string> = { pull_requests: 'pull requests', statuses: 'commit statuses' };
    for (const [name, level] of Object.entries(APP_PERMISSIONS)) {
      expect(guide).toContain(`| ${spoken[name] ?? name}: ${level} |`);
    }
    for (const event of APP_EVENTS) expect(guide).toContain(event.replaceAll('_', ' '));
  });
});
