import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningGitHub } from '../../testkit/github/github-options.ts';
import { startGitHub } from '../../testkit/github/start-github.ts';
import { startTunnelProxy, TUNNEL_DOMAIN } from '../../testkit/tunnel-proxy.ts';
import { BotProgram } from './bot-program.ts';

describe('a bot that reaches GitHub by HTTPS_PROXY alone', () => {
  let root: string;
  let github: RunningGitHub;

  beforeAll(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-proxy-'));
    github = await startGitHub({ directory: path.join(root, 'github') });
  });
  afterAll(async () => {
    await github?.stop();
    if (root !== undefined) await rm(root, { recursive: true, force: true });
  });

  it('knows its App', async (context) => {
    const proxy = await startTunnelProxy(root, new Map([['api', github.port]]));
    if (proxy === undefined) return context.skip('openssl is not installed');
    const host = `api.${TUNNEL_DOMAIN}`;
    const program = await BotProgram.create({
      appId: github.appId,
      privateKey: github.appPrivateKey,
      webhookSecret: 'a secret of this test alone',
      apiUrl: `https://${host}/api/v3`,
      env: proxy.env,
    });
    try {
      await program.start();
      expect(program.isRunning).toBe(true);
      expect(new Set(proxy.tunnels)).toEqual(new Set([`${host}:443`]));
    } finally {
      await program.stop();
      await proxy.close();
    }
  });
});
