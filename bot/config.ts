import { createPrivateKey } from 'node:crypto';
import { UserError } from '../core/errors.ts';

/** Settings of the bot. */
export interface BotConfig {
  readonly appId: number;
  readonly privateKey: string;
  readonly webhookSecret: string;
  readonly port: number;
  readonly host: string;
  /** Address of the metrics endpoint; undefined: none. */
  readonly metricsPort?: number | undefined;
  /** GitHub Enterprise Server or a stand-in; undefined for github.com. */
  readonly apiUrl: string | undefined;
  /** Environment that names proxies (`HTTPS_PROXY`, `NO_PROXY`); default: none. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Interval of the sweep, which finds changes without an event. */
  readonly sweepIntervalMs: number;
  /** Now, in epoch milliseconds; undefined: the machine's clock. */
  readonly clockMs?: () => number;
  /** Delays before work is retried; default: 2, 15 and 75 seconds. */
  readonly pausesMs?: readonly number[];
  /** True if writes are a second apart, as github.com asks of integrations. Default true; a stand-in on this machine needs no rest. */
  readonly isPaced?: boolean;
}

/** Words that are not secret, whatever their length. */
const KNOWN_SECRETS = new Set(['development', 'secret', 'webhooksecret', 'changeme']);
const DEFAULT_PORT = 3000;
/** Chosen: an event that GitHub never sent is made good within a quarter of an hour. */
const DEFAULT_SWEEP_MINUTES = 15;
/** Chosen: up to a day. Timers of JavaScript take no more than 24.8 days, and anything beyond that, or 0, as 1 ms. */
const SWEEP_MINUTES = [1, 1_440] as const;
const PORTS = [1, 65_535] as const;

/**
 * Reads the bot's configuration.
 *
 * @throws {UserError} INPUT_INVALID with every problem: above all a missing webhook secret, since without one anyone
 *   could speak to the bot in GitHub's name.
 */
export function readBotConfig(env: Readonly<Record<string, string | undefined>> = process.env): BotConfig {
  const problems: { message: string; fix: string }[] = [];
  const need = (name: string, holds: (value: string) => boolean, rule: string): string => {
    const value = env[name] ?? '';
    if (!holds(value)) problems.push({ message: `${name} ${value === '' ? 'is not set' : 'is not valid'}`, fix: rule });
    return value;
  };
  const number = (name: string, fallback: number, [least, most]: readonly [number, number]): number => {
    const isInRange = (value: string) => /^\d{1,6}$/.test(value) && Number(value) >= least && Number(value) <= most;
    const rule = `Set ${name} to a whole number from ${least} to ${most}.`;
    return env[name] === undefined ? fallback : Number(need(name, isInRange, rule));
  };
  const config = {
    appId: Number(
      need('APP_ID', (value) => /^[1-9]\d{0,11}$/.test(value), 'Set APP_ID to the number of the GitHub App.'),
    ),
    privateKey: need(
      'PRIVATE_KEY',
      isKey,
      "Set PRIVATE_KEY to the App's whole RSA key in PEM form, with its first and last line.",
    ).replaceAll('\\n', '\n'),
    webhookSecret: need('WEBHOOK_SECRET', isSecret, 'Set WEBHOOK_SECRET to at least 16 random characters.'),
    port: number('PORT', DEFAULT_PORT, PORTS),
    metricsPort: env.METRICS_PORT === undefined ? undefined : number('METRICS_PORT', 0, PORTS),
    host: env.HOST ?? '0.0.0.0',
    apiUrl: env.GITHUB_API_URL,
    env,
    sweepIntervalMs: number('SWEEP_MINUTES', DEFAULT_SWEEP_MINUTES, SWEEP_MINUTES) * 60_000,
  };
  if (problems.length > 0) throw UserError.ofProblems('INPUT_INVALID', problems);
  return config;
}

function isKey(value: string): boolean {
  try {
    return createPrivateKey(value.replaceAll('\\n', '\n')).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}

function isSecret(value: string): boolean {
  return value.length >= 16 && !KNOWN_SECRETS.has(value.toLowerCase());
}
