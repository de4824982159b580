import { readTarget } from '../../domain/manifest/edit-manifest.ts';
import { isNamed, namesSame } from '../../domain/manifest/match-version.ts';
import type { RunningValue } from '../../domain/manifest/running-value.ts';
import type { DeployedVersion } from '../../domain/manifest/version-value.ts';
import type { Environment } from '../../domain/policy/environment.ts';
import type { ManifestTarget } from '../../domain/policy/manifest-target.ts';
import type { EnvironmentHistory, EnvironmentState } from '../../domain/promotion/environment-history.ts';
import { UserError } from '../../errors.ts';
import type { BaseBranch, BranchTip, BranchTips, Commits } from '../../ports/github/commits.ts';
import type { HeldPlace, HeldValues } from '../registry/version-catalog.ts';

/** Sources of histories. */
export interface HistoryPorts {
  readonly commits: Pick<Commits, 'tips' | 'read' | 'objectIds'>;
  /** Cache of target values in files that were read for earlier events. */
  readonly values?: Map<string, RunningValue | undefined> | undefined;
}

/** Chosen: more values than the histories of a repository's environments have. */
const MAX_VALUES = 2000;

/** Chosen: as many moves of the default branch as GitHub lists in one request. */
const RECENT_TIPS = 100;
/** Chosen: how far back is looked for what an environment once held. */
const MAX_TIPS = 500;

/**
 * History of a model's environments on the default branch: on the line of its own moves, at the times of
 * its host. What is read is read once.
 */
export class EnvironmentHistories implements HeldValues {
  readonly #environments: readonly Environment[];
  readonly #base: BaseBranch;
  readonly #ports: HistoryPorts;
  readonly #known = new Map<string, Promise<EnvironmentHistory>>();
  readonly #tips = new Map<number, Promise<BranchTips>>();

  constructor(environments: readonly Environment[], base: BaseBranch, ports: HistoryPorts) {
    this.#environments = environments;
    this.#base = base;
    this.#ports = ports;
  }

  /** The recent states of an environment, newest first. */
  of(name: string): Promise<EnvironmentHistory> {
    return this.#read(name, RECENT_TIPS);
  }

  /** The same, as far back as is looked. */
  whole(name: string): Promise<EnvironmentHistory> {
    return this.#read(name, MAX_TIPS);
  }

  /** The commits of the default branch since a moment, newest first, of the recent ones. */
  async tipsSince(sinceMs: number): Promise<readonly BranchTip[]> {
    const { tips } = await this.#tipsOf(RECENT_TIPS);
    return tips.filter(({ arrivedAtMs }) => arrivedAtMs >= sinceMs);
  }

  async ofVersion(version: DeployedVersion): Promise<HeldPlace | undefined> {
    return this.#find(({ values }) => values.every((value) => value !== undefined && isNamed(value, version)));
  }

  async ofValue(wanted: RunningValue): Promise<HeldPlace | undefined> {
    return this.#find(({ values }) => values.some((value) => value !== undefined && namesSame(value, wanted)));
  }

  async #find(holds: (state: EnvironmentState) => boolean): Promise<HeldPlace | undefined> {
    for (const { name } of this.#environments) {
      // What is there now, or was lately, is the usual answer.
      const state = (await this.of(name)).states.find(holds) ?? (await this.whole(name)).states.find(holds);
      if (state !== undefined) return { environment: name, commit: state.sha, values: state.values };
    }
    return undefined;
  }

  #read(name: string, atMost: number): Promise<EnvironmentHistory> {
    const key = `${name} ${atMost}`;
    const reading = this.#known.get(key) ?? this.#assemble(name, atMost);
    this.#known.set(key, reading);
    return reading;
  }

  async #assemble(name: string, atMost: number): Promise<EnvironmentHistory> {
    const { tips, isWhole } = await this.#tipsOf(atMost);
    const targets = this.#environments.find((environment) => environment.name === name)?.targets ?? [];
    const files = [...new Set(targets.map(({ file }) => file))];
    const shas = tips.map(({ sha }) => sha);
    const objects = await Promise.all(files.map((file) => this.#ports.commits.objectIds(file, shas)));
    const runs = runsOf(tips, (index) => objects.map((ids) => ids[index] ?? '').join(' '));
    const idOf = (file: string, index: number) => objects[files.indexOf(file)]?.[index];
    const states = await Promise.all(
      runs.map(async ({ tip, at, endedAtMs }) => {
        const read = targets.map((target) => this.#value(target, tip.sha, idOf(target.file, at)));
        return { ...tip, endedAtMs, values: await Promise.all(read) };
      }),
    );
    return { states, isWhole };
  }

  #tipsOf(atMost: number): Promise<BranchTips> {
    const asked = this.#tips.get(atMost) ?? this.#ports.commits.tips(this.#base, atMost);
    this.#tips.set(atMost, asked);
    return asked;
  }

  /** @param object The file at that commit; undefined: there is none. */
  async #value(target: ManifestTarget, sha: string, object: string | undefined): Promise<RunningValue | undefined> {
    if (object === undefined) return undefined;
    const { values, commits } = this.#ports;
    const key = `${object} ${JSON.stringify(target)}`;
    if (values?.has(key) === true) return values.get(key);
    const value = valueIn(await commits.read(target.file, sha), target);
    if ((values?.size ?? 0) >= MAX_VALUES) values?.clear();
    values?.set(key, value);
    return value;
  }
}

interface Run {
  /** The oldest tip of the run, which brought its files. */
  readonly tip: BranchTip;
  /** Its place among the tips. */
  readonly at: number;
  readonly endedAtMs: number | undefined;
}

/** Tips in a row with the same files. */
function runsOf(tips: readonly BranchTip[], filesAt: (index: number) => string): readonly Run[] {
  const runs: (Run & { readonly files: string })[] = [];
  for (const [at, tip] of tips.entries()) {
    const files = filesAt(at);
    const last = runs.at(-1);
    if (last?.files === files) runs.splice(-1, 1, { ...last, tip, at });
    else runs.push({ tip, at, files, endedAtMs: last?.tip.arrivedAtMs });
  }
  return runs;
}

function valueIn(text: string | undefined, target: ManifestTarget): RunningValue | undefined {
  if (text === undefined) return undefined;
  try {
    return readTarget(text, target);
  } catch (error) {
    // A manifest that says nothing readable says no value: it never equals one.
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
