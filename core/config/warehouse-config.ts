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
    dialect: z.enum(DIALECT_NAMES).meta({ description: 'The SQL that the engine speaks', examples: ['trino'] }),
    url: z
      .string()
      .regex(/^https?:\/\/[^\s/?#]+\/?$/, 'is not an address such as https://trino.example.org')
      .optional()
      .meta({
        description: 'The address of a Trino coordinator; instead of command',
        examples: ['https://trino.example.org'],
      }),
    user: name.optional().meta({ description: 'The user that asks Trino; needed with url', examples: ['tidegate'] }),
    catalog: name.optional().meta({ description: 'The catalog of names without one; of Trino', examples: ['ml'] }),
    schema: name
      .optional()
      .meta({ description: 'The schema of names without one; of Trino', examples: ['evaluation'] }),
    command: name.optional().meta({
      description:
        'A client of the engine, instead of url: it gets a statement on its standard input and prints the answer',
      examples: ['psql --csv --no-psqlrc --quiet'],
    }),
    format: z
      .enum(['csv', 'json'])
      .default('csv')
      .meta({ description: 'What the command prints: CSV with names of columns, or JSON', examples: ['json'] }),
    timeout: durationMs.prefault('30m').meta({ description: 'How long a statement may take', examples: ['1h'] }),
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
