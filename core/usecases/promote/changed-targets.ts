import { namesSame } from '../../domain/manifest/match-version.ts';
import type { Environment } from '../../domain/policy/environment.ts';
import type { ManifestTarget } from '../../domain/policy/manifest-target.ts';
import { UserError } from '../../errors.ts';
import type { Commits } from '../../ports/github/commits.ts';
import type { UntrustedParser } from '../../ports/store/untrusted-parser.ts';
import { type ReadTarget, readTargetOf } from '../registry/find-running-versions.ts';

/** Reads what targets of a file say, of a text that a stranger may have written. */
export type TargetReader = (
  text: string | undefined,
  targets: readonly ManifestTarget[],
) => Promise<readonly ReadTarget[]>;

/** Dependencies of comparing two commits. */
export interface ChangePorts {
  readonly commits: Pick<Commits, 'mergeBase' | 'read' | 'objectIds'>;
  /** Default: here and now. */
  readonly readTargets?: TargetReader | undefined;
}

/** Two commits: the default branch's newest, and one that may become its next. */
export interface Compared {
  readonly baseSha: string;
  readonly headSha: string;
}

/** Target values of an environment before and after, or the reason why they are unknown. */
export type TargetChange =
  | { readonly kind: 'same' }
  | { readonly kind: 'changed'; readonly before: readonly ReadTarget[]; readonly after: readonly ReadTarget[] }
  | { readonly kind: 'undecided'; readonly reason: string };

/** Reads targets by a parser of what strangers write; one that takes too much is a target that cannot be read. */
export function targetReader(parser: Pick<UntrustedParser<unknown>, 'readTargets'>): TargetReader {
  return async (text, targets) => {
    if (text === undefined) return targets.map(({ file }) => ({ problem: `has no file ${file}` }));
    const read = await parser.readTargets(text, targets);
    return read.map(({ value, error }) =>
      value === undefined ? { problem: `cannot be read: ${error.message}` } : { value },
    );
  };
}

/** Reads targets where nothing hostile is expected. */
export const readTargetsHere: TargetReader = async (text, targets) =>
  targets.map((target) => readTargetOf(text, target));

/**
 * Changes that a merge would make to an environment's targets, by the Git objects of their files at both commits: no list that
 * the host cuts decides.
 */
export async function changedTargets(
  { targets }: Pick<Environment, 'targets'>,
  compared: Compared,
  ports: ChangePorts,
): Promise<TargetChange> {
  const files = [...new Set(targets.map(({ file }) => file))];
  const changed = (await Promise.all(files.map((file) => fileChange(file, compared, ports)))).filter(
    ({ kind }) => kind !== 'same',
  );
  const both = changed.find(({ kind }) => kind === 'both');
  if (both !== undefined) {
    const reason = `both the pull request and the default branch changed ${both.file}: merge the default branch into the pull request`;
    return { kind: 'undecided', reason };
  }
  if (changed.length === 0) return { kind: 'same' };
  const [before, after] = [
    await valuesAt(compared.baseSha, targets, ports),
    await valuesAt(compared.headSha, targets, ports),
  ];
  return before.every((one, index) => saysSame(one, after[index]))
    ? { kind: 'same' }
    : { kind: 'changed', before, after };
}

/** Change of a file by a merge: none, to what the head has, or in a way that only Git can tell. */
async function fileChange(
  file: string,
  { baseSha, headSha }: Compared,
  { commits }: ChangePorts,
): Promise<{ readonly file: string; readonly kind: 'same' | 'head' | 'both' }> {
  const [base, head] = await commits.objectIds(file, [baseSha, headSha]);
  if (base === head && base !== undefined) return { file, kind: 'same' };
  const from = await commits.mergeBase(baseSha, headSha);
  const [origin] = from === undefined ? [undefined] : await commits.objectIds(file, [from]);
  if (from !== undefined && origin === head) return { file, kind: 'same' };
  return { file, kind: from !== undefined && origin === base ? 'head' : 'both' };
}

async function valuesAt(
  sha: string,
  targets: readonly ManifestTarget[],
  { commits, readTargets = readTargetsHere }: ChangePorts,
): Promise<readonly ReadTarget[]> {
  const byFile = Map.groupBy(targets, ({ file }) => file);
  const read = new Map<ManifestTarget, ReadTarget>();
  for (const [file, own] of byFile) {
    const said = await commits.read(file, sha).then((text) => readTargets(text, own), unread(own));
    for (const [index, target] of own.entries()) {
      read.set(target, said[index] ?? { problem: `cannot be read: ${file}` });
    }
  }
  return targets.map((target) => read.get(target) ?? { problem: `has no file ${target.file}` });
}

/** A folder, a huge file or one that is not a text is a target that cannot be read, and no one else's problem. */
function unread(targets: readonly ManifestTarget[]): (error: unknown) => readonly ReadTarget[] {
  return (error) => {
    if (!(error instanceof UserError)) throw error;
    return targets.map(() => ({ problem: `cannot be read: ${error.message}` }));
  };
}

/** Unreadable content is never equal, not even to itself. */
function saysSame(one: ReadTarget, other: ReadTarget | undefined): boolean {
  return one.value !== undefined && other?.value !== undefined && namesSame(one.value, other.value);
}
