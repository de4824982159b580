import type { ConfigValue } from './dvc-config.ts';
import { dvcError } from './dvc-problem.ts';

/** Timeouts for a remote. */
export interface RemoteTimeouts {
  readonly connectTimeoutMs?: number;
  readonly readTimeoutMs?: number;
}

/**
 * Reads `connect_timeout` and `read_timeout` of a remote's section.
 *
 * @throws {UserError} DVC_INVALID for what is not a number above 0.
 */
export function readTimeouts(name: string, section: ReadonlyMap<string, ConfigValue>): RemoteTimeouts {
  const read = (key: string): number | undefined => {
    const text = section.get(key)?.value;
    if (text === undefined) return undefined;
    const seconds = Number(text);
    if (seconds > 0) return seconds * 1000;
    throw dvcError('DVC_INVALID', '.dvc/config', {
      message: `remote "${name}": ${key} = ${text}`,
      fix: 'Write a number of seconds above 0.',
    });
  };
  const [connectTimeoutMs, readTimeoutMs] = [read('connect_timeout'), read('read_timeout')];
  return {
    ...(connectTimeoutMs === undefined ? {} : { connectTimeoutMs }),
    ...(readTimeoutMs === undefined ? {} : { readTimeoutMs }),
  };
}
