import type { CommandRunner } from '../../ports/train/command-runner.ts';
import type { RunReport } from '../../reports/run-report.ts';

/** Environment of the team's commands, as far as it can be read. */
export async function readEnvironment(
  lockfiles: readonly { readonly path: string; readonly digest: string }[],
  commands: CommandRunner,
): Promise<RunReport['environment']> {
  const pins = lockfiles.map(({ path, digest }) => ({ path, digest }));
  const program = (await commands.ask('python', ['--version'])) === undefined ? 'python3' : 'python';
  const version = /^Python (\S+)/.exec((await commands.ask(program, ['--version'])) ?? '')?.[1];
  if (version === undefined) return { python: null, packages: null, lockfiles: pins };
  const list = await commands.ask(program, ['-m', 'pip', 'list', '--format=json', '--disable-pip-version-check']);
  return { python: version, packages: list === undefined ? null : parsePackages(list), lockfiles: pins };
}

function parsePackages(line: string): Record<string, string> | null {
  try {
    const value: unknown = JSON.parse(line);
    if (!Array.isArray(value)) return null;
    const entries = value.filter(
      (entry): entry is { name: string; version: string } =>
        typeof entry?.name === 'string' && typeof entry?.version === 'string',
    );
    return Object.fromEntries(entries.map(({ name, version }) => [name, version]));
  } catch {
    return null;
  }
}
