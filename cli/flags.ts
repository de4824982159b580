import { parseArgs } from 'node:util';
import { flag, type InputTable, lines } from '../actions/inputs.ts';
import { nearest } from '../core/domain/text/nearest.ts';
import { UserError } from '../core/errors.ts';

/** The flags that every command has, besides its inputs. */
const COMMON = {
  help: { type: 'boolean', short: 'h' },
  json: { type: 'boolean' },
  full: { type: 'boolean' },
} as const;
/** Inputs that mean nothing on a terminal: nothing is fetched from another job. */
const NOT_HERE = new Set(['github-token', 'model-artifact-id', 'report-artifact-id']);

/** The flags of a command line. */
export interface Flags {
  readonly isHelp: boolean;
  readonly isJson: boolean;
  readonly isFull: boolean;
  /** By the names of inputs: several lines of one are joined. */
  readonly inputs: ReadonlyMap<string, string>;
}

/** Names of the inputs that are flags. */
export function flagNames(table: InputTable): readonly string[] {
  return Object.keys(table).filter((name) => !NOT_HERE.has(name));
}

/** True if a flag takes no value. */
export function isSwitch(table: InputTable, name: string): boolean {
  return table[name]?.parse === flag.parse;
}

/** True if a flag may be given more than once. */
export function isList(table: InputTable, name: string): boolean {
  return table[name]?.parse === lines.parse;
}

/**
 * Reads the flags of a command: `--name value`, `--name=value`, a switch as `--name` or `--no-name`.
 *
 * @throws {UserError} INPUT_INVALID for a flag that the command does not have, with the nearest one that it has.
 */
export function parseFlags(command: string, args: readonly string[], table: InputTable): Flags {
  const names = flagNames(table);
  const options = Object.fromEntries(
    names.map((name) => [
      name,
      isSwitch(table, name)
        ? ({ type: 'boolean' } as const)
        : ({ type: 'string', multiple: isList(table, name) } as const),
    ]),
  );
  const values = parse(command, args, { ...options, ...COMMON }, names);
  const inputs = new Map<string, string>();
  for (const name of names) {
    const value = values[name];
    if (value !== undefined) inputs.set(name, Array.isArray(value) ? value.join('\n') : String(value));
  }
  return { isHelp: values.help === true, isJson: values.json === true, isFull: values.full === true, inputs };
}

type Options = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

function parse(command: string, args: readonly string[], options: Options, names: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowNegative: true }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const [, unknown] = /'--?([^'\s=]+)/.exec(error.message) ?? [];
    const near = unknown === undefined ? undefined : nearest(unknown, names);
    const hint = near === undefined ? '' : ` Did you mean --${near}?`;
    throw new UserError('INPUT_INVALID', `tidegate ${command}: ${error.message.split('. ')[0]}`, {
      fix: `Run tidegate ${command} --help for the flags.${hint}`,
    });
  }
}
