import { z } from 'zod';
import { DIALECT_NAMES } from '../domain/warehouse/warehouse-dialect.ts';
import { camelCaseKeys } from './camel-case-keys.ts';
import { durationMs } from './quantities.ts';

const name = z
  .string()
  .min(1)
  .regex(/^[^\r\n]*$/, 'is not one line');

/** `warehouse`. */
export const warehouse = z
  .strictObject({
    dialect: z.enum(DIALECT_NAMES).describe('The SQL that the engine speaks'),
    url: z
      .string()
      .regex(/^https?:\/\/[^\s/?#]+\/?$/, 'is not an address such as https://trino.example.org')
      .optional()
      .describe('The address of a Trino coordinator'),
    user: name.optional().describe('The user that asks Trino'),
    catalog: name.optional().describe('The catalog of names without one; of Trino'),
    schema: name.optional().describe('The schema of names without one; of Trino'),
    command: name
      .optional()
      .describe('A client of the engine: it gets a statement on its standard input and prints the answer'),
    format: z
      .enum(['csv', 'json'])
      .default('csv')
      .describe('What the command prints: CSV with names of columns, or JSON'),
    timeout: durationMs.prefault('30m').describe('How long a statement may take'),
  })
  .refine(({ url, command }) => (url === undefined) !== (command === undefined), {
    error: 'needs either url or command, and not both',
  })
  .refine(({ url, dialect }) => url === undefined || dialect === 'trino', {
    error: 'has a url, which only the dialect trino can be asked by: use command',
    path: ['url'],
  })
  .refine(({ url, user }) => url === undefined || user !== undefined, {
    error: 'needs user, the name that Trino is asked by',
    path: ['url'],
  })
  .refine(({ url }) => url === undefined || !hasCredentials(url), {
    error: 'has credentials in it: use the inputs warehouse-password and warehouse-token',
    path: ['url'],
  })
  .transform(camelCaseKeys);

/** The engine that holds the tables of `sql://` references. */
export type WarehouseConfig = z.output<typeof warehouse>;

function hasCredentials(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username !== '' || password !== '';
}
