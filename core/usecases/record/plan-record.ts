import { isPlainMap, type PlainMap, type PlainValue, plainEquals } from '../../domain/data/plain-value.ts';
import { folderOf, isWithin, joinRepositoryPath } from '../../domain/data/repository-path.ts';
import { recordedDifference } from '../../domain/train/recorded-difference.ts';
import type { ParsePlainText, RecordedEntry } from '../../domain/train/recorded-stage.ts';
import { spliceLock } from '../../domain/train/splice-lock.ts';
import { lockedStages } from '../../domain/train/stage-lock.ts';
import type { Commits } from '../../ports/github/commits.ts';
import { readCommittedStages } from './committed-stages.ts';

/** Dependencies of planning. */
export interface PlanRecordPorts {
  readonly commits: Pick<Commits, 'read'>;
  /** Reads the YAML of DVC's files. */
  readonly parsePlain: ParsePlainText;
}

/** A file as it has to be after the merge. */
export interface RecordEdit {
  readonly file: string;
  readonly after: string;
}

/** Entries of a version, and where its training started from. */
export interface RecordedVersion {
  readonly version: string;
  /** The commit that was trained. */
  readonly commit: string;
  readonly entries: readonly RecordedEntry[];
}

/** Entries of earlier versions, which may be replaced; read only where they are needed. */
export type EarlierEntries = () => Promise<readonly RecordedEntry[]>;

/**
 * The edits of dvc.lock that bring entries onto a commit; none where it has them.
 *
 * @throws {UserError} DVC_INVALID for a dvc.lock that cannot be edited.
 */
export async function planRecord(
  entries: readonly RecordedEntry[],
  onto: string,
  { commits, parsePlain }: PlanRecordPorts,
): Promise<readonly RecordEdit[]> {
  const edits: RecordEdit[] = [];
  for (const [file, ofFile] of Map.groupBy(entries, (entry) => entry.file)) {
    const text = await commits.read(file, onto);
    const stages = await stagesOf(text, file, parsePlain);
    const missing = ofFile.filter(({ stage, value }) => !plainEquals(value, stages.get(stage)));
    if (missing.length > 0) edits.push({ file, after: await spliceLock(text, missing, parsePlain) });
  }
  return edits;
}

/**
 * Why the entries of a version would say something false on a commit: its dvc.yaml has other stages by now, or a person
 * recorded another run.
 *
 * @returns A clause; undefined where they fit.
 */
export async function reasonNotToRecord(
  version: RecordedVersion,
  onto: string,
  ports: PlanRecordPorts & { readonly earlier: EarlierEntries },
): Promise<string | undefined> {
  return (await changedStage(version, onto, ports)) ?? (await changedEntry(version, onto, ports));
}

async function changedStage(
  { entries }: RecordedVersion,
  onto: string,
  { commits, parsePlain }: PlanRecordPorts,
): Promise<string | undefined> {
  const texts = { read: (path: string) => commits.read(path, onto), parse: parsePlain };
  for (const [file, ofFile] of Map.groupBy(entries, (entry) => entry.file)) {
    const pipeline = file.replace(/dvc\.lock$/, 'dvc.yaml');
    const stages = await readCommittedStages(pipeline, texts);
    for (const { stage: name, lock } of ofFile) {
      const stage = stages.find((one) => one.name === name);
      if (stage === undefined) return `${pipeline} of the default branch has no stage ${name}`;
      const difference = recordedDifference(stage, lock);
      if (difference !== undefined) return `stage ${name} of ${pipeline} on the default branch ${difference}`;
    }
  }
  return undefined;
}

async function changedEntry(
  { version, commit, entries }: RecordedVersion,
  onto: string,
  { commits, parsePlain, earlier }: PlanRecordPorts & { readonly earlier: EarlierEntries },
): Promise<string | undefined> {
  for (const [file, ofFile] of Map.groupBy(entries, (entry) => entry.file)) {
    const now = await stagesOf(await commits.read(file, onto), file, parsePlain);
    const then = await stagesOf(await commits.read(file, commit), file, parsePlain);
    for (const { stage, value } of ofFile) {
      const current: PlainValue | undefined = now.get(stage);
      if (plainEquals(current, value) || plainEquals(current, then.get(stage))) continue;
      const known = (await earlier()).filter((one) => one.file === file && one.stage === stage);
      if (known.some((one) => plainEquals(one.value, current))) continue;
      return `stage ${stage} of ${file} was changed on the default branch after the commit of v${version}`;
    }
  }
  return undefined;
}

/** Paths that the recorded stages read and that none of them makes. */
export function recordedSources(entries: readonly RecordedEntry[]): readonly string[] {
  const at = (file: string, path: string) => joinRepositoryPath(folderOf(file), path, file);
  const made = entries.flatMap(({ file, lock }) => lock.outs.map(({ path }) => at(file, path)));
  const read = entries.flatMap(({ file, lock }) =>
    [...lock.deps.map(({ path }) => path), ...lock.params.keys()].map((path) => at(file, path)),
  );
  return [...new Set(read)].filter((path) => !made.some((out) => isWithin(path, out) || isWithin(out, path)));
}

async function stagesOf(text: string | undefined, file: string, parse: ParsePlainText): Promise<PlainMap> {
  const value = text === undefined ? null : await parse(text, file);
  return value !== null && isPlainMap(value) ? lockedStages(value, file) : new Map();
}
