import { isRepository } from '../../core/domain/image/image-reference.ts';
import type { GitFacts } from './git-facts.ts';

/** Facts that a store is proposed from. */
export interface StoreFacts {
  readonly model: string;
  /** The URL of DVC's default remote. */
  readonly remoteUrl: string | undefined;
  readonly github: GitFacts['github'];
  /** Stores of models that are in tidegate.yaml already. */
  readonly existing: readonly string[];
}

/**
 * The store of a model: next to that of another model, in the bucket of DVC's remote, or a package on GitHub.
 *
 * @returns Undefined where the repository names no place.
 * @example proposeStore({ model: 'm', remoteUrl: 's3://b/dvc', github: undefined, existing: [] }) // => 's3://b/tidegate/m'
 */
export function proposeStore({ model, remoteUrl, github, existing }: StoreFacts): string | undefined {
  const [other] = existing;
  // Stores of two models are never the same, and none is within the other.
  if (other !== undefined) return `${other.replace(/\/+$/, '')}-${model}`;
  const bucket = /^(?:s3|gs|azure):\/\/[^/]+/.exec(remoteUrl ?? '')?.[0];
  if (bucket !== undefined) return `${bucket}/tidegate/${model}`;
  if (github === undefined) return undefined;
  const repository = `ghcr.io/${github.owner}/${github.name}/models`.toLowerCase();
  // A name of GitHub may begin or end in a way that registries do not know.
  return isRepository(repository) ? `oci://${repository}` : undefined;
}
