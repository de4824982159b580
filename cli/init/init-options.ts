import { parseArgs } from 'node:util';
import { nearest } from '../../core/domain/text/nearest.ts';
import { UserError } from '../../core/errors.ts';
import type { FoundTask } from './dataset-facts.ts';

const TASKS: readonly FoundTask[] = ['binary-classification', 'multiclass-classification', 'regression'];

interface OptionLine {
  readonly type: 'string' | 'boolean';
  readonly value?: string;
  readonly help: string;
  /** An older name of the same option. */
  readonly alias?: string;
}

const OPTIONS = {
  model: { type: 'string', value: 'NAME', help: 'name of the model' },
  task: { type: 'string', value: 'TASK', help: TASKS.join(', ') },
  label: { type: 'string', value: 'COLUMN', help: 'the column with the outcome' },
  positive: { type: 'string', value: 'CLASS', help: 'of two classes, the one whose probability is predicted' },
  test: { type: 'string', value: 'PATH', help: 'the test set', alias: 'dataset' },
  artifact: { type: 'string', value: 'PATH', help: 'the model that training writes' },
  stage: { type: 'string', value: 'NAME', help: 'the stage of dvc.yaml that trains' },
  command: { type: 'string', value: 'COMMAND', help: 'the command that trains, if no stage does' },
  store: { type: 'string', value: 'URL', help: 'where versions are kept, such as s3://bucket/prefix' },
  current: { type: 'string', value: 'GLOB', help: 'the logged inputs, to check for drift' },
  update: { type: 'string', value: 'COMMAND', help: 'the command that fetches new data, to retrain (with DVC)' },
  yes: { type: 'boolean', help: 'answer every question with yes: change the code as shown, train, judge' },
  'no-judge': { type: 'boolean', help: 'write the files and judge nothing on this machine' },
  'dry-run': { type: 'boolean', help: 'show what would be written, and write nothing' },
  force: { type: 'boolean', help: 'replace files that are there already' },
  help: { type: 'boolean', help: 'show this text' },
} as const satisfies Readonly<Record<string, OptionLine>>;

/** Answers of a person; everything else is found out. */
export interface InitOptions {
  readonly path: string | undefined;
  readonly model?: string | undefined;
  readonly task?: FoundTask | undefined;
  readonly label?: string | undefined;
  readonly positive?: string | undefined;
  readonly test?: string | undefined;
  readonly artifact?: string | undefined;
  readonly stage?: string | undefined;
  readonly command?: string | undefined;
  readonly store?: string | undefined;
  readonly current?: string | undefined;
  readonly update?: string | undefined;
  readonly yes: boolean;
  readonly judge: boolean;
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly help: boolean;
}

/** The text of `--help`. */
export const USAGE = `Usage: tidegate init [repository or folder of a model in it] [options]
In a checkout of Tidegate: npm run init -- <repository or folder> [options]

Writes tidegate.yaml and the workflows. What it needs is read from the repository; options say it instead.

${Object.entries<OptionLine>(OPTIONS)
  .map(([name, { value, help }]) => `  --${name}${value === undefined ? '' : ` ${value}`}`.padEnd(22) + help)
  .join('\n')}`;

/**
 * The options of a command line.
 *
 * @throws {UserError} INPUT_INVALID, with all options in its fix, for one that is not known.
 */
export function parseInitOptions(args: readonly string[]): InitOptions {
  const lines = Object.entries<OptionLine>(OPTIONS);
  const aliases = lines.flatMap(([name, line]) =>
    line.alias === undefined ? [] : [[line.alias, { ...line, name }] as const],
  );
  const options = Object.fromEntries([...lines, ...aliases].map(([name, { type }]) => [name, { type }]));
  const { values, positionals } = parsed(args, options);
  const text = (name: keyof typeof OPTIONS) => {
    const alias = aliases.find(([, line]) => line.name === name)?.[0];
    const value = values[name] ?? (alias === undefined ? undefined : values[alias]);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const [path, ...more] = positionals;
  if (more.length > 0) throw wrong(`only one repository can be given, and ${more.join(', ')} is another`);
  return {
    path,
    model: text('model'),
    task: taskOf(text('task')),
    label: text('label'),
    positive: text('positive'),
    test: text('test'),
    artifact: text('artifact'),
    stage: text('stage'),
    command: text('command'),
    store: text('store'),
    current: text('current'),
    update: text('update'),
    yes: values.yes === true,
    judge: values['no-judge'] !== true,
    dryRun: values['dry-run'] === true,
    force: values.force === true,
    help: values.help === true,
  };
}

function parsed(args: readonly string[], options: Record<string, { type: 'string' | 'boolean' }>) {
  const known = (arg: string) => /^--([\w-]+)/.exec(arg)?.[1];
  const unknown = args.find(
    (arg) => arg.startsWith('-') && arg !== '-' && arg !== '--' && !Object.hasOwn(options, known(arg) ?? ''),
  );
  if (unknown !== undefined) {
    const near = nearest(known(unknown) ?? '', Object.keys(options));
    throw wrong(`there is no option ${unknown}${near === undefined ? '' : `; did you mean --${near}?`}`);
  }
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error));
  }
}

function taskOf(text: string | undefined): FoundTask | undefined {
  const task = TASKS.find((one) => one === text);
  if (text !== undefined && task === undefined) throw wrong(`--task ${text} is not a task: ${TASKS.join(', ')}`);
  return task;
}

function wrong(message: string): UserError {
  return new UserError('INPUT_INVALID', message, { fix: USAGE });
}
