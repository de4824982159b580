import { isPlainMap, type PlainMap, type PlainValue, plainEquals } from '../../domain/data/plain-value.ts';
import { isWithin } from '../../domain/data/repository-path.ts';
import type { ParsePlainText, RecordedEntry } from '../../domain/train/recorded-stage.ts';
import { spliceLock } from '../../domain/train/splice-lock.ts';
import { lockedStages } from '../../domain/train/stage-lock.ts';
import type { Commits } from '../../ports/github/commits.ts';
import type { RecordedRun } from './recorded-run.ts';

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
 * The edits that bring entries onto a commit, with the outputs that Git keeps; none where it has the entries.
 *
 * @param runs With the stages of this commit.
 * @throws {UserError} DVC_INVALID for a dvc.lock that cannot be edited.
 */
export async function planRecord(
  runs: readonly RecordedRun[],
  onto: string,
  { commits, parsePlain }: PlanRecordPorts,
): Promise<readonly RecordEdit[]> {
  const edits: RecordEdit[] = [];
  for (const [file, ofFile] of Map.groupBy(runs, ({ entry }) => entry.file)) {
    const text = await commits.read(file, onto);
    const stages = await stagesOf(text, file, parsePlain);
    const missing = ofFile.filter(({ entry }) => !plainEquals(entry.value, stages.get(entry.stage)));
    if (missing.length === 0) continue;
    const entries = missing.map(({ entry }) => entry);
    edits.push({ file, after: await spliceLock(text, entries, parsePlain) });
    for (const output of missing.flatMap(gitOutputs)) {
      if ((await commits.read(output.file, onto)) !== output.after) edits.push(output);
    }
  }
  return edits;
}

/** Outputs of a stage that Git keeps, by their paths in the repository. */
function gitOutputs({ stage, entry }: RecordedRun): readonly RecordEdit[] {
  return entry.files.flatMap(({ path, text }) => {
    const out = stage.outs.find(({ written, isCached }) => written === path && !isCached);
    return out === undefined ? [] : [{ file: out.path, after: text }];
  });
}

/**
 * Why the entries of a version would say something false on a commit: another run was recorded there meanwhile, by a person.
 *
 * @returns A clause; undefined where they may replace what is there.
 */
export async function changedMeanwhile(
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
export function recordedSources(runs: readonly RecordedRun[]): readonly string[] {
  const made = runs.flatMap(({ stage }) => stage.outs.map(({ path }) => path));
  const read = runs.flatMap(({ stage }) => [...stage.deps, ...stage.params].map(({ path }) => path));
  return [...new Set(read)].filter((path) => !made.some((out) => isWithin(path, out) || isWithin(out, path)));
}

async function stagesOf(text: string | undefined, file: string, parse: ParsePlainText): Promise<PlainMap> {
  const value = text === undefined ? null : await parse(text, file);
  return value !== null && isPlainMap(value) ? lockedStages(value, file) : new Map();
}
