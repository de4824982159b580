import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** A step's summary over this is dropped whole. */
export const MAX_SUMMARY_BYTES = 1024 * 1024;

/** Content of the files that the runner gave to a step. */
export interface FileCommandResult {
  readonly outputs: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  readonly paths: readonly string[];
  readonly summary: string;
  /** Said by the runner as errors of the step. */
  readonly problems: readonly string[];
}

const FILES = ['OUTPUT', 'ENV', 'STATE', 'PATH', 'STEP_SUMMARY'] as const;

/** Makes the files of one step. */
export async function createFileCommands(temp: string): Promise<{
  env: Record<string, string>;
  read(): Promise<FileCommandResult>;
}> {
  const folder = path.join(temp, '_runner_file_commands');
  await mkdir(folder, { recursive: true });
  const id = randomUUID();
  const file = (name: string) => path.join(folder, `${name.toLowerCase()}_${id}`);
  for (const name of FILES) await writeFile(file(name), '');
  return {
    env: Object.fromEntries(FILES.map((name) => [`GITHUB_${name}`, file(name)])),
    read: async () => {
      const problems: string[] = [];
      const pairs = async (name: string) => parsePairs(await readFile(file(name), 'utf8'), problems);
      const env = await pairs('ENV');
      if ('NODE_OPTIONS' in env) {
        delete env.NODE_OPTIONS;
        problems.push("Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.");
      }
      const summary = await readFile(file('STEP_SUMMARY'));
      const isTooBig = summary.length > MAX_SUMMARY_BYTES;
      if (isTooBig) {
        const size = `${Math.ceil(summary.length / 1024)}k`;
        problems.push(`$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got ${size}.`);
      }
      const paths = (await readFile(file('PATH'), 'utf8')).split(/\r?\n/).filter(Boolean);
      const [outputs, state] = [await pairs('OUTPUT'), await pairs('STATE')];
      return { outputs, env, state, paths, summary: isTooBig ? '' : summary.toString('utf8'), problems };
    },
  };
}

/** Lines `name=value`, or `name<<DELIMITER`, lines, `DELIMITER`. */
function parsePairs(text: string, problems: string[]): Record<string, string> {
  const pairs: Record<string, string> = {};
  const lines = text.split(/\r?\n/);
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (line === '') continue;
    const heredoc = /^([^=]*?)<<(.+)$/.exec(line);
    const equals = line.indexOf('=');
    if (heredoc?.[1] !== undefined && heredoc[2] !== undefined) {
      const end = lines.indexOf(heredoc[2], index + 1);
      if (end < 0) {
        problems.push(`Unable to process file command: Matching delimiter not found '${heredoc[2]}'`);
        return pairs;
      }
      pairs[heredoc[1]] = lines.slice(index + 1, end).join('\n');
      index = end;
    } else if (equals > 0) {
      pairs[line.slice(0, equals)] = line.slice(equals + 1);
    } else {
      problems.push(`Unable to process file command: Invalid format '${line}'`);
    }
  }
  return pairs;
}
