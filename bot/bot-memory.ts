import { GitFacts } from '../core/adapters/github/git-facts.ts';
import type { RepositoryName } from '../core/adapters/github/github-client.ts';
import type { BeliefMemory } from '../core/usecases/promote/model-situation.ts';
import type { SettledChecks } from '../core/usecases/promote/refresh-promotion-checks.ts';
import type { RememberedEvaluations } from '../core/usecases/promote/release-evaluations.ts';
import { ProvenanceMemory } from '../core/usecases/registry/provenance-memory.ts';

/** Memory of the bot for a repository: only what never changes, so that losing it costs requests and no more. */
export interface RepositoryMemory extends BeliefMemory {
  readonly evaluations: RememberedEvaluations;
  readonly settled: SettledChecks;
  readonly facts: GitFacts;
  /** Of files at commits. */
  readonly texts: GitFacts;
}

/** Chosen: the manifests and configs of a few commits; a text has 256 KB at most. */
const MAX_TEXTS = 50;

/** Chosen: the repositories that are worked on within a few sweeps. */
const MAX_REPOSITORIES = 200;

/** Cache from earlier events; each repository has its own, so that none affects another. */
export class BotMemory {
  readonly #repositories = new Map<string, RepositoryMemory>();

  of({ owner, repo }: RepositoryName): RepositoryMemory {
    const key = `${owner}/${repo}`.toLowerCase();
    const known = this.#repositories.get(key) ?? {
      provenance: new ProvenanceMemory(),
      values: new Map(),
      evaluations: new Map(),
      settled: new Set(),
      facts: new GitFacts(),
      texts: new GitFacts(MAX_TEXTS),
    };
    // The one that was asked for last is the last to go.
    this.#repositories.delete(key);
    this.#repositories.set(key, known);
    const [oldest] = this.#repositories.keys();
    if (this.#repositories.size > MAX_REPOSITORIES && oldest !== undefined) this.#repositories.delete(oldest);
    return known;
  }
}
