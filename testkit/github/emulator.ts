import { findFreePorts } from '../http.ts';
import { type AskEmulator, INSTALLATION_ID, OTHER_INSTALLATION_ID } from './routes-app.ts';
import type { AppIdentity } from './state.ts';

/** The emulator that checks App tokens. */
export interface RunningEmulator {
  readonly ask: AskEmulator;
  addRepository(name: string): Promise<void>;
  close(): Promise<void>;
}

type SeededApp = Omit<AppIdentity, 'bot'>;

function seedOf({ owner, app, otherApp }: { owner: string; app: SeededApp; otherApp?: SeededApp | undefined }) {
  const seeded = ({ id, slug, name, privateKey, permissions, events }: SeededApp, installation: number) => ({
    app_id: id,
    slug,
    name,
    private_key: privateKey,
    permissions: { metadata: 'read', ...permissions },
    events,
    installations: [{ installation_id: installation, account: owner, repository_selection: 'all' }],
  });
  return {
    tokens: { 'emulator-admin': { login: 'emulator-admin', scopes: ['repo', 'admin:org'] } },
    github: {
      users: [{ login: 'emulator-admin' }],
      orgs: [{ login: owner, members: [{ login: 'emulator-admin', role: 'admin' }] }],
      apps: [seeded(app, INSTALLATION_ID), ...(otherApp ? [seeded(otherApp, OTHER_INSTALLATION_ID)] : [])],
    },
  };
}

/** The emulator checks App tokens and mints installation tokens; the rest of its answers is not needed. */
export async function startEmulator(options: {
  owner: string;
  app: SeededApp;
  otherApp?: SeededApp | undefined;
}): Promise<RunningEmulator> {
  const { createEmulator } = await import('emulate');
  const [port] = await findFreePorts(1);
  const emulator = await createEmulator({
    service: 'github',
    port: port ?? 0,
    hostname: '127.0.0.1',
    seed: seedOf(options),
  });
  const ask: AskEmulator = async ({ method, path, body, authorization }) => {
    const headers = { authorization, 'content-type': 'application/json', accept: 'application/json' };
    const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
    const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
    return { status: response.status, body: await response.json() };
  };
  return {
    ask,
    addRepository: async (repository) => {
      const body = { name: repository, private: true };
      const { status } = await ask({
        method: 'POST',
        path: `/orgs/${options.owner}/repos`,
        body,
        authorization: 'token emulator-admin',
      });
      if (status !== 201) throw new Error(`the emulator made no repository ${repository}: ${status}`);
    },
    close: () => emulator.close(),
  };
}
