import { randomBytes, timingSafeEqual } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { appManifest } from '../../bot/app-manifest.ts';

/** Page that creates the App, and its parameters. */
export interface AppCreation {
  /** Public URL of the bot's webhooks. */
  readonly webhookUrl: string;
  /** `https://github.com/settings/apps/new`, or that of an organisation. */
  readonly newAppUrl: string;
  readonly apiUrl: string;
  /** The file that gets the App's secrets, readable by its owner only. */
  readonly envFile: string;
}

/** A page on this machine that leads to GitHub and back. */
export interface CreationPage {
  readonly url: string;
  /** Settles when the App was made and its secrets are in the file. */
  readonly created: Promise<void>;
  close(): Promise<void>;
}

/** Content of one page. */
interface Attempt {
  readonly creation: AppCreation;
  /** `127.0.0.1:<port>`: the one host that is answered. A name that someone made point here is another one. */
  readonly host: string;
  /** Part of the page's address, so that only who reads the terminal can open it. */
  readonly secret: string;
  /** Given to GitHub by the page, and given back by GitHub. */
  readonly state: string;
  readonly onCreated: () => void;
}

/**
 * Serves the page: one click there, one at GitHub, and the App is made.
 *
 * @returns Its `url` holds a secret: other programs and sites on this machine cannot open the page.
 */
export async function serveCreationPage(creation: AppCreation): Promise<CreationPage> {
  const [secret, state] = [randomBytes(24).toString('hex'), randomBytes(24).toString('hex')];
  const { promise: created, resolve: onCreated } = Promise.withResolvers<void>();
  let host = '';
  const server = createServer((request, response) => {
    answer(request, response, { creation, host, secret, state, onCreated }).catch((error: unknown) => {
      response.writeHead(502, { 'content-type': 'text/plain' }).end(error instanceof Error ? error.message : 'failed');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  host = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return { url: `http://${host}/${secret}`, created, close };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { creation, host, secret, state, onCreated }: Attempt,
): Promise<void> {
  if (request.headers.host !== host) return void response.writeHead(421).end('not a host of this page');
  const url = new URL(request.url ?? '/', `http://${host}`);
  if (isSame(url.pathname.slice(1), secret)) {
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "frame-ancestors 'none'",
      'cache-control': 'no-store',
    });
    return void response.end(page(creation, state, `http://${host}/created`));
  }
  if (url.pathname !== '/created') return void response.writeHead(404).end();
  // Without the state that this page gave out, someone else's App would be taken for ours.
  if (!isSame(url.searchParams.get('state') ?? '', state)) return void response.writeHead(403).end('wrong state');
  await exchange(url.searchParams.get('code') ?? '', creation);
  response.writeHead(200, { 'content-type': 'text/plain' }).end('The App is created. Go back to the terminal.');
  onCreated();
}

function page({ newAppUrl, webhookUrl }: AppCreation, state: string, redirectUrl: string): string {
  const manifest = JSON.stringify(appManifest({ webhookUrl, redirectUrl }));
  const escaped = manifest.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Create the App</title>
<form action="${newAppUrl}?state=${state}" method="post"><input type="hidden" name="manifest" value="${escaped}">
<p>Webhooks will go to <b>${webhookUrl.replace(/[&<>"']/g, '')}</b>.</p><button>Create the GitHub App</button></form></html>`;
}

/** Turns GitHub's one-time code into the App's secrets and keeps them. */
async function exchange(code: string, { apiUrl, envFile }: AppCreation): Promise<void> {
  if (!/^[\w-]{1,200}$/.test(code)) throw new Error('GitHub sent no code');
  const accept = { accept: 'application/vnd.github+json' };
  const answered = await fetch(`${apiUrl}/app-manifests/${code}/conversions`, { method: 'POST', headers: accept });
  const app: unknown = await answered.json();
  const field = (name: string) => (app !== null && typeof app === 'object' ? Reflect.get(app, name) : undefined);
  if (answered.status !== 201) throw new Error(`GitHub answered ${answered.status}: ${String(field('message'))}`);
  const key = String(field('pem')).trim().replaceAll('\n', '\\n');
  const lines = [`APP_ID=${field('id')}`, `PRIVATE_KEY="${key}"`, `WEBHOOK_SECRET=${field('webhook_secret')}`];
  await writeFile(envFile, `${lines.join('\n')}\n`, { mode: 0o600, flag: 'wx' });
}

function isSame(given: string, state: string): boolean {
  return given.length === state.length && timingSafeEqual(Buffer.from(given), Buffer.from(state));
}
