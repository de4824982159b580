import { generateKeyPairSync } from 'node:crypto';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBotConfig } from '../../bot/config.ts';
import { UserError } from '../../core/errors.ts';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { hostEnvironment } from '../../testkit/host-environment.ts';
import { findFreePorts } from '../../testkit/http.ts';
import { runProgram } from '../../testkit/run-program.ts';
import { BotWorld } from './bot-world.ts';

const pem = (type: 'rsa' | 'ec') =>
  (type === 'rsa'
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  ).privateKey
    .export({ type: 'pkcs8', format: 'pem' })
    .toString();
const KEY = pem('rsa');
const GOOD = { APP_ID: '4711', PRIVATE_KEY: KEY, WEBHOOK_SECRET: 'a long enough secret 1' };

function problemsOf(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  try {
    readBotConfig(env);
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.problems.map(({ message }) => message);
  }
}

describe('readBotConfig', () => {
  it('reads a key on lines of its own or on one line', () => {
    expect(readBotConfig(GOOD)).toMatchObject({ appId: 4711, port: 3000, sweepIntervalMs: 900_000 });
    expect(readBotConfig({ ...GOOD, PRIVATE_KEY: KEY.replaceAll('\n', '\\n') }).privateKey).toBe(KEY);
  });

  it.each([
    { name: 'no secret', change: { WEBHOOK_SECRET: undefined }, says: 'WEBHOOK_SECRET is not set' },
    { name: 'an empty secret', change: { WEBHOOK_SECRET: '' }, says: 'WEBHOOK_SECRET is not set' },
    {
      name: 'the secret of the examples',
      change: { WEBHOOK_SECRET: 'development' },
      says: 'WEBHOOK_SECRET is not valid',
    },
    { name: 'a short secret', change: { WEBHOOK_SECRET: 'x'.repeat(15) }, says: 'WEBHOOK_SECRET is not valid' },
    { name: 'no App', change: { APP_ID: undefined }, says: 'APP_ID is not set' },
    { name: 'an App that is no number', change: { APP_ID: 'Iv1.abc' }, says: 'APP_ID is not valid' },
    { name: 'App 0', change: { APP_ID: '0' }, says: 'APP_ID is not valid' },
    { name: 'no key', change: { PRIVATE_KEY: undefined }, says: 'PRIVATE_KEY is not set' },
    { name: 'a key cut off', change: { PRIVATE_KEY: KEY.slice(0, 300) }, says: 'PRIVATE_KEY is not valid' },
    {
      name: 'only the lines around a key',
      change: { PRIVATE_KEY: KEY.replace(/\n[^-]+\n/, '\nabc\n') },
      says: 'PRIVATE',
    },
    { name: 'a key of another kind', change: { PRIVATE_KEY: pem('ec') }, says: 'PRIVATE_KEY is not valid' },
    { name: 'a port that is none', change: { PORT: '80a' }, says: 'PORT is not valid' },
    { name: 'an interval that is none', change: { SWEEP_MINUTES: '-1' }, says: 'SWEEP_MINUTES is not valid' },
    { name: 'an interval of nothing', change: { SWEEP_MINUTES: '0' }, says: 'SWEEP_MINUTES is not valid' },
    { name: 'an interval of more than a day', change: { SWEEP_MINUTES: '1441' }, says: 'SWEEP_MINUTES is not valid' },
    { name: 'an interval beyond all timers', change: { SWEEP_MINUTES: '35792' }, says: 'SWEEP_MINUTES is not valid' },
    { name: 'port 0', change: { PORT: '0' }, says: 'PORT is not valid' },
    { name: 'a port above all', change: { PORT: '65536' }, says: 'PORT is not valid' },
    { name: 'port 0 for metrics', change: { METRICS_PORT: '0' }, says: 'METRICS_PORT is not valid' },
  ])('refuses $name, naming the variable', ({ change, says }) => {
    const problems = problemsOf({ ...GOOD, ...change });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(says);
  });

  it('takes the ends of each range', () => {
    const least = { PORT: '1', METRICS_PORT: '1', SWEEP_MINUTES: '1' };
    expect(readBotConfig({ ...GOOD, ...least })).toMatchObject({ port: 1, metricsPort: 1, sweepIntervalMs: 60_000 });
    const most = { PORT: '65535', METRICS_PORT: '65535', SWEEP_MINUTES: '1440' };
    expect(readBotConfig({ ...GOOD, ...most })).toMatchObject({ port: 65_535, sweepIntervalMs: 86_400_000 });
  });

  it('names everything that is wrong at once, and shows no value', () => {
    const numbers = { PORT: '0', METRICS_PORT: 'x', SWEEP_MINUTES: '99999' };
    const problems = problemsOf({ WEBHOOK_SECRET: 'tooshort', PRIVATE_KEY: 'hidden', ...numbers });
    expect(problems).toHaveLength(6);
    expect(problems.join()).not.toMatch(/tooshort|hidden/);
  });
});

describe('the bot as a program', () => {
  let world: BotWorld;
  beforeAll(async () => {
    world = await BotWorld.start();
  });
  afterAll(() => world?.stop());

  const start = (env: Record<string, string>) =>
    runProgram(process.execPath, [path.join(PROJECT_ROOT, 'bot', 'main.ts')], {
      cwd: world.directory,
      env: { ...hostEnvironment(), HOME: world.directory, HOST: '127.0.0.1', ...env },
    });

  it('does not start without a secret, and says so in one line without a stack', async () => {
    const { exitCode, stderr } = await start({ APP_ID: '1', PRIVATE_KEY: KEY });
    expect(exitCode).toBe(1);
    expect(stderr.trim()).toBe('WEBHOOK_SECRET is not set. Set WEBHOOK_SECRET to at least 16 random characters.');
  });

  it('ends when GitHub does not know the App by this key, naming both variables', async () => {
    const [port] = await findFreePorts(1);
    const { exitCode, stderr } = await start({ ...GOOD, PORT: String(port), GITHUB_API_URL: world.github.apiUrl });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('GitHub has no App 4711 with this PRIVATE_KEY');
    expect(stderr).toContain('Set APP_ID and PRIVATE_KEY to those of one GitHub App.');
    expect(stderr).not.toContain('    at ');
  });
});
