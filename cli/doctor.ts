import { parseArgs } from 'node:util';
import { parseRepositoryName } from '../core/adapters/github/github-client.ts';
import { moreAbout, ServiceError, UserError } from '../core/errors.ts';
import { examineAsPerson } from './doctor/examine-as-person.ts';
import { findToken, GITHUB_API } from './terminal/repository-environment.ts';

// Says what is set up in a repository on GitHub and what is missing. Reads only.
const USAGE = 'npm run doctor -- <owner>/<repository> [--api-url URL] [--app NAME] [--app-id NUMBER] [--without-bot]';
const text = { type: 'string' } as const;

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof UserError) for (const { message, fix } of error.problems) console.error(`${message}. ${fix}`);
  else if (error instanceof ServiceError) console.error(`${error.message}. ${error.fix}`);
  else throw error;
  console.error(moreAbout(error.code));
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
  const apiUrl = values['api-url'] || process.env.GITHUB_API_URL || GITHUB_API;
  if (!URL.canParse(apiUrl)) throw usage(`"${apiUrl}" is not the address of an API`);
  const id = values['app-id'] === undefined ? undefined : Number(values['app-id']);
  if (id !== undefined && !(Number.isInteger(id) && id > 0)) throw usage('--app-id must be the numeric ID of an App');
  const { report, exitCode } = await examineAsPerson({
    repository: parseRepositoryName(name),
    token: await tokenFor(apiUrl),
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

/** The token that `gh` and workflows know, for the API that the person or the environment names. */
async function tokenFor(apiUrl: string): Promise<string> {
  const env = { ...process.env, GITHUB_API_URL: apiUrl };
  const token = await findToken(env, env);
  if (token !== undefined) return token;
  throw new UserError('CREDENTIALS_MISSING', 'there is no GitHub token', {
    fix: 'Set GITHUB_TOKEN, or log in with gh auth login.',
  });
}
