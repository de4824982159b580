import { isImageTag, isRepository } from '../../domain/image/image-reference.ts';
import { OCI_SCHEME } from '../../domain/registry/oci-artifact-uri.ts';
import { withoutEnding } from '../../domain/text/without-ending.ts';
import { UserError } from '../../errors.ts';
import { addressOf } from './registry-repository.ts';

/** A repository of a registry that is a store. */
export interface OciLocation {
  /** `oci://host/path`, without a trailing slash. */
  readonly uri: string;
  /** With its port where it has one. */
  readonly host: string;
  /** Name of the repository on that host. */
  readonly name: string;
}

/**
 * Parses `oci://host/path`.
 *
 * @throws {UserError} INPUT_INVALID for anything else: no host, capital letters, a tag or a digest.
 */
export function parseOciStore(text: string): OciLocation {
  const uri = withoutEnding(text, '/');
  const repository = uri.slice(OCI_SCHEME.length);
  const [first = '', ...path] = repository.split('/');
  const isHost = first === 'localhost' || /[.:]/.test(first);
  if (isHost && path.length > 0 && isRepository(repository)) {
    const { host, name } = addressOf(repository);
    return { uri, host, name };
  }
  throw new UserError('INPUT_INVALID', `Store ${JSON.stringify(text.slice(0, 300))} is not oci://host/path`, {
    fix: fixOf(repository, isHost),
  });
}

function fixOf(repository: string, isHost: boolean): string {
  const lower = repository.toLowerCase();
  if (isHost && isRepository(lower)) return `Registries know lower-case names only: write ${OCI_SCHEME}${lower}.`;
  const named = /^(.*?)(?:@sha256:[0-9a-f]+|:([^/:]+))$/.exec(repository);
  const base = named?.[1] ?? '';
  if (isRepository(base) && (named?.[2] === undefined || isImageTag(named[2])))
    return `A store has no tag and no digest: write ${OCI_SCHEME}${base}.`;
  return isHost || !isRepository(`ghcr.io/${lower}`)
    ? 'Write oci://ghcr.io/<owner>/<repository>/models.'
    : `Write the host of the registry: ${OCI_SCHEME}ghcr.io/${lower}.`;
}
