import { gitEnvironment } from './host-environment.ts';
import { startProgram } from './program-starter.ts';

/** Author and time of commits. Without it: a fixed person, now. */
export interface CommitIdentity {
  readonly name: string;
  readonly email: string;
  /** ISO 8601. */
  readonly date?: string;
}

const PERSON: CommitIdentity = { name: 'mona', email: 'mona@users.noreply.github.com' };

/**
 * Runs git in a work tree without any configuration of this machine.
 *
 * @returns What it printed, without the last line break.
 */
export async function runGit(
  directory: string,
  args: readonly string[],
  who: CommitIdentity = PERSON,
): Promise<string> {
  const env = gitEnvironment({
    GIT_AUTHOR_NAME: who.name,
    GIT_AUTHOR_EMAIL: who.email,
    GIT_COMMITTER_NAME: who.name,
    GIT_COMMITTER_EMAIL: who.email,
    ...(who.date === undefined ? {} : { GIT_AUTHOR_DATE: who.date, GIT_COMMITTER_DATE: who.date }),
  });
  const { exitCode, stdout, stderr } = await startProgram({ command: 'git', args, cwd: directory, env });
  if (exitCode !== 0) throw new Error(`Command failed: git ${args.join(' ')}\n${stderr.toString('utf8')}`);
  return stdout.toString('utf8').replace(/\n$/, '');
}
