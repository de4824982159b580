import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UserError } from '../core/errors.ts';
import { writeNote } from './note/write-note.ts';
import { reportError } from './report-error.ts';
import { repositoryEnvironment } from './terminal/repository-environment.ts';
import { createTerminalContext } from './terminal/terminal-context.ts';

// Writes what `tidegate judge` found as a note on the merge request of a GitLab pipeline.
const USAGE = 'tidegate note [--model NAME] [--report FILE] [--working-directory FOLDER]';
const HELP = `Usage: ${USAGE}

Writes what tidegate judge found as a note on the merge request of this GitLab pipeline, and edits that note in later pipelines.

Flags:
  --model <value>
      Name of the model in tidegate.yaml. Default: the only one.
  --report <value>
      The evaluation report. Default: the one that tidegate judge wrote.
  --working-directory <value>
      Folder that holds tidegate.yaml. Default: this folder.

Variables: GITLAB_TOKEN (a project access token with the scope api), and those that GitLab sets in a job: CI_API_V4_URL,
CI_PROJECT_ID, CI_MERGE_REQUEST_IID, CI_PIPELINE_ID, CI_COMMIT_SHA.
`;
const SAID = {
  created: 'The note was written',
  updated: 'The note was edited',
  unchanged: 'The note says this already',
  'newer-shown': 'A later pipeline has written the note: nothing is changed',
} as const;
const text = { type: 'string' } as const;
const { env, stdout, stderr } = process;

try {
  const { help, model, report, 'working-directory': folder = '.' } = parseOptions();
  if (help) stdout.write(HELP);
  else {
    const workingDirectory = resolve(env.INIT_CWD ?? process.cwd(), folder);
    const { context } = createTerminalContext({
      ...{ action: 'note', env: await repositoryEnvironment(env, workingDirectory), nodeModules: undefined },
      ...{ workingDirectory, inputs: new Map(), isJson: false, isFull: false, stdout, stderr },
    });
    stdout.write(`${SAID[await writeNote(context, { model, report })]}\n`);
  }
} catch (error) {
  process.exitCode = reportError(error, { stderr, env });
}

function parseOptions() {
  try {
    const options = {
      model: text,
      report: text,
      'working-directory': text,
      help: { type: 'boolean', short: 'h' },
    } as const;
    return parseArgs({ options }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UserError('INPUT_INVALID', `tidegate note: ${error.message.split('. ')[0]}`, { fix: `Usage: ${USAGE}` });
  }
}
