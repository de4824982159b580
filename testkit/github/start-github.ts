import { generateKeyPairSync } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { APP_EVENTS, APP_PERMISSIONS } from '../../bot/app-manifest.ts';
import { listenOnLoopback } from '../http.ts';
import { startEmulator } from './emulator.ts';
import { ForgeServer } from './forge-server.ts';
import { ForgeState } from './forge-state.ts';
import type { GitHubOptions, RunningGitHub } from './github-options.ts';

/** Starts the forge: the REST interface, Git by HTTP on the same origin, and webhooks. */
export async function startGitHub(options: GitHubOptions): Promise<RunningGitHub> {
  await mkdir(options.directory, { recursive: true });
  const owner = options.owner ?? 'acme';
  const slug = options.appSlug ?? 'tidegate';
  // The very permissions that the App asks for: what it lacks would fail here as it would at GitHub.
  const permissions = options.permissions ?? APP_PERMISSIONS;
  const app = { id: 4711, slug, name: 'Tidegate', privateKey: newKey(), permissions, events: APP_EVENTS };
  const otherApp = options.otherApp && {
    ...options.otherApp,
    id: 4712,
    name: 'Other',
    privateKey: newKey(),
    events: [],
  };
  const clock = options.clock ?? (() => new Date());
  const state = new ForgeState({ root: options.directory, clock, app, otherApp });
  state.account(owner, 'Organization');
  const emulator = await startEmulator({ owner, app, otherApp });
  const forge = new ForgeServer({ state, options, owner, emulator });
  const server = await listenOnLoopback((request, response) => forge.serve(request, response));
  forge.open(server.port);
  forge.onStop = async () => {
    await server.close();
    await emulator.close();
    for (const { git } of state.repositories.values()) git.close();
  };
  return forge;
}

function newKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
