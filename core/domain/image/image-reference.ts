import { UserError } from '../../errors.ts';
import { splitRepository } from './docker-hub.ts';

/** A container image reference in its parts. If both tag and digest are there the digest decides what is pulled. */
export interface ImageReference {
  /** With the registry's host and port where there is one. */
  readonly repository: string;
  readonly tag?: string;
  /** `sha256:<hex>` or another algorithm of the same grammar. */
  readonly digest?: string;
}

const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
const HOST = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*(?::\d+)?$/;
const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;

/**
 * Parses `[host[:port]/]path[:tag][@digest]`. A colon before the last `/` is a port, not a tag.
 *
 * @throws {UserError} REFERENCE_INVALID where the text is not a reference.
 * @example parseImageReference('localhost:5000/a/b:1.0') // => { repository: 'localhost:5000/a/b', tag: '1.0' }
 */
export function parseImageReference(text: string): ImageReference {
  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : text.slice(at + 1);
  const named = at < 0 ? text : text.slice(0, at);
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const tag = colon < 0 ? undefined : named.slice(colon + 1);
  const repository = colon < 0 ? named : named.slice(0, colon);
  const valid =
    isRepository(repository) && (tag === undefined || TAG.test(tag)) && (digest === undefined || DIGEST.test(digest));
  if (!valid) {
    throw new UserError('REFERENCE_INVALID', `${JSON.stringify(text.slice(0, 300))} is not an image reference`, {
      fix: 'Write host/path:tag@sha256:… with a lower-case path.',
    });
  }
  return { repository, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

/** The text of a reference: what `parseImageReference` parses back to an equal value. */
export function formatImageReference({ repository, tag, digest }: ImageReference): string {
  return `${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

/** True if a text is a repository: host and path without tag and digest. */
export function isRepository(text: string): boolean {
  if (text.length > 255) return false;
  const { registry, path } = splitRepository(text);
  return HOST.test(registry) && PATH.test(path);
}

/** True if a text is a tag by the grammar of registries: one, without a list around it. */
export function isImageTag(text: string): boolean {
  return TAG.test(text);
}
