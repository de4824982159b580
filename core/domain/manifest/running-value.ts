import { UserError } from '../../errors.ts';
import { type ImageReference, parseImageReference } from '../image/image-reference.ts';
import { digestOf, type ImageParts, imageParts } from './image-parts.ts';
import { type LocatedTarget, scalarText } from './located-target.ts';
import type { ParsedManifest } from './parse-manifest.ts';

/** The schemes by which KServe loads a model out of an image, each by another mechanism. */
const IMAGE_SCHEMES = ['oci://', 'oci+native://', 'oci+fetch://'] as const;

/** The scheme of a URI that names an image; undefined for any other text. */
export function imageSchemeOf(text: string): (typeof IMAGE_SCHEMES)[number] | undefined {
  return IMAGE_SCHEMES.find((scheme) => text.startsWith(scheme));
}

/**
 * The URI of the artifact that a value can mean: one behind another of KServe's schemes, or behind none as in an image
 * volume, is the same `oci://` artifact.
 */
export function artifactUriOf({ text, uri, digest }: RunningValue): string | undefined {
  const scheme = uri === undefined ? undefined : imageSchemeOf(uri);
  if (uri !== undefined) return scheme === undefined ? uri : `oci://${uri.slice(scheme.length)}`;
  return digest === undefined ? undefined : `oci://${text}`;
}

/** Value of a target, in the parts that identify a version. */
export interface RunningValue {
  /** As it is, for people. */
  readonly text: string;
  readonly uri?: string;
  readonly repository?: string;
  readonly tag?: string;
  readonly digest?: string;
  readonly version?: string;
}

/** Reads what a located target says. */
export function readRunningValue(manifest: ParsedManifest, located: LocatedTarget): RunningValue {
  const at = (path: LocatedTarget['path']) => scalarText(manifest, located.document, path);
  if (located.shape === 'scalar') return parseRunningText(at(located.path) ?? '');
  if (located.shape === 'image-override') {
    return parseRunningText((at(located.path) ?? '').replace(/^[^=]*=/, ''));
  }
  if (located.shape !== 'image-entry') return mapValue(imageParts(manifest, located));
  return imageValue({
    repository: at([...located.path, 'newName']) ?? at([...located.path, 'name']),
    tag: at([...located.path, 'newTag']),
    digest: at([...located.path, 'digest']),
  });
}

/** A digest decides before a tag; of a tag with a digest inside, that digest. */
function mapValue({ registry, repository, tag, digests }: ImageParts): RunningValue {
  const written = tag?.text.startsWith('sha256:') === true ? `@${tag.text}` : tag?.text;
  const [number = '', inside] = written?.split('@') ?? [];
  return imageValue({
    repository: registry && repository !== undefined ? `${registry}/${repository}` : repository,
    tag: written === undefined || (number === '' && inside !== undefined) ? undefined : number,
    digest: digests.map(digestOf).find((digest) => digest !== undefined) ?? inside,
  });
}

function imageValue({
  repository,
  tag,
  digest,
}: Readonly<Record<'repository' | 'tag' | 'digest', string | undefined>>): RunningValue {
  return {
    text: `${repository ?? ''}${tag === undefined ? '' : `:${tag}`}${digest ? `@${digest}` : ''}`,
    ...(repository === undefined ? {} : { repository }),
    ...(tag === undefined ? {} : { tag }),
    ...(digest ? { digest } : {}),
  };
}

/** The parts of a value: a URI, an image reference, a digest or a version number. */
function parseRunningText(text: string): RunningValue {
  const scheme = imageSchemeOf(text);
  if (scheme !== undefined) return { text, uri: text, ...reference(text.slice(scheme.length)) };
  if (/^[a-z][a-z0-9+.-]*:\/\//.test(text)) return { text, uri: text };
  if (/^sha256:[0-9a-f]{64}$/.test(text)) return { text, digest: text };
  const version = /^v?(\d+\.\d+\.\d+(?:-[\w.-]+)?)$/.exec(text)?.[1];
  if (version !== undefined) return { text, version, tag: text };
  return { text, ...reference(text) };
}

function reference(text: string): Partial<ImageReference> {
  try {
    return parseImageReference(text);
  } catch (error) {
    if (error instanceof UserError) return {};
    throw error;
  }
}
