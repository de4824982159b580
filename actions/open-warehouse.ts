import { createHttpFetch } from '../core/adapters/http/http-fetch.ts';
import { CommandEngine } from '../core/adapters/warehouse/command-engine.ts';
import { TrinoEngine } from '../core/adapters/warehouse/trino-engine.ts';
import { CONFIG_FILE } from '../core/domain/policy/config-file.ts';
import { dialectOf } from '../core/domain/warehouse/dialects/dialect-of.ts';
import { UserError } from '../core/errors.ts';
import type { SqlEngine } from '../core/ports/evaluate/sql-engine.ts';
import type { ActionContext } from './action-context.ts';
import type { LoadedModel } from './load-model.ts';

/** Connection to an engine, from the inputs of an action. */
export interface WarehouseSecrets {
  readonly password: string | undefined;
  readonly token: string | undefined;
}

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/**
 * The engine of tidegate.yaml. Credentials come from the inputs, else from `TIDEGATE_WAREHOUSE_PASSWORD` and
 * `TIDEGATE_WAREHOUSE_TOKEN`; a command is given neither.
 *
 * @throws {UserError} CONFIG_INVALID where there is none, or credentials would be sent without TLS.
 */
export function openWarehouse(
  context: ActionContext,
  { config, placeOf }: Pick<LoadedModel, 'config' | 'placeOf'>,
  secrets: WarehouseSecrets,
): SqlEngine {
  const { warehouse } = config;
  if (warehouse === undefined) {
    throw new UserError('CONFIG_INVALID', 'a table of a warehouse is named, and warehouse is missing', {
      fix: 'Add warehouse with a dialect, and with url or command, at the top of tidegate.yaml.',
      place: { file: CONFIG_FILE },
    });
  }
  const { url, user, catalog, schema, command, format, timeout } = warehouse;
  const dialect = dialectOf(warehouse.dialect);
  const { env, workingDirectory } = context;
  if (command !== undefined) {
    const place = placeOf(['warehouse', 'command']);
    return new CommandEngine({ dialect, command, format, timeoutMs: timeout, directory: workingDirectory, env, place });
  }
  const password = secrets.password ?? filled(env.TIDEGATE_WAREHOUSE_PASSWORD);
  const token = secrets.token ?? filled(env.TIDEGATE_WAREHOUSE_TOKEN);
  for (const secret of [password, token]) if (secret !== undefined) context.maskSecret(secret);
  const place = placeOf(['warehouse', 'url']);
  const address = new URL(url ?? '');
  if (address.protocol === 'http:' && (password ?? token) !== undefined && !LOOPBACK.test(address.hostname)) {
    throw new UserError(
      'CONFIG_INVALID',
      `warehouse.url is ${address.origin}: credentials would be readable on their way`,
      {
        fix: 'Write https://, or remove the credentials.',
        place,
      },
    );
  }
  const fetch = createHttpFetch(env);
  const clockMs = () => performance.now();
  const means = { dialect, password, token, timeoutMs: timeout, fetch, clockMs, place };
  return new TrinoEngine({ ...means, url: address.origin, user: user ?? '', catalog, schema });
}

function filled(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}
