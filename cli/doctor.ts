import { parseArgs } from 'node:util';
import { parseRepositoryName } from '../core/adapters/github/github-client.ts';
import { ServiceError, UserError } from '../core/errors.ts';
import { runCommand } from '../scripts/run-command.ts';
import { examineAsPerson } from './doctor/examine-as-person.ts';

// Says what is set up in a repository on GitHub and what is missing. Reads only.
const USAGE = 'npm run doctor -- <owner>/<repository> [--api-url URL] [--app NAME] [--app-id NUMBER] [--without-bot]';
const text = { type: 'string' } as const;

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof UserError) for (const { message, fix } of error.problems) console.error(`${message}. ${fix}`);
  else if (error instanceof ServiceError) console.error(`${error.message}. ${error.fix}`);
  else throw error;
  process.exitCode = 2;
}

/** The exit code: 1 where something required is missing, 2 where it could not be looked at, else 0. */
async function main(): Promise<number> {
  const { values, positionals } = parseOptions();
  if (values.help) {
    console.log(`Usage: ${USAGE}`);
    return 0;
  }
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0 || !/^[\w.-]+\/[\w.-]+$/.test(name))
    throw usage('one repository is needed');
  const apiUrl = values['api-url'] ?? process.env.GITHUB_API_URL;
  const id = values['app-id'] === undefined ? undefined : Number(values['app-id']);
  if (id !== undefined && !(Number.isInteger(id) && id > 0)) throw usage('--app-id must be the numeric ID of an App');
  const { report, exitCode } = await examineAsPerson({
    repository: parseRepositoryName(name),
    token: await findToken(),
    app: values['without-bot'] ? undefined : { slug: values.app ?? 'tidegate', id },
    apiUrl,
  });
  console.log(report);
  return exitCode;
}

function parseOptions() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        'api-url': text,
        app: text,
        'app-id': text,
        'without-bot': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    if (error instanceof TypeError) throw usage(error.message.split('. ')[0] ?? '');
    throw error;
  }
}

function usage(problem: string): UserError {
  return new UserError('INPUT_INVALID', problem, { fix: `Usage: ${USAGE}` });
}

/** The token that `gh` and workflows know. */
async function findToken(): Promise<string> {
  const given = process.env.GITHUB_TOKEN ?? process.env.GH_TOKEN ?? '';
  if (given !== '') return given;
  const asked = await runCommand('gh', ['auth', 'token']).catch(() => undefined);
  if (asked?.exitCode === 0 && asked.output.trim() !== '') return asked.output.trim();
  throw new UserError('CREDENTIALS_MISSING', 'there is no GitHub token', {
    fix: 'Set GITHUB_TOKEN, or log in with gh auth login.',
  });
}
