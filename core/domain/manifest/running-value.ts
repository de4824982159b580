import { UserError } from '../../errors.ts';
import { type ImageReference, parseImageReference } from '../image/image-reference.ts';
import { type LocatedTarget, scalarText } from './located-target.ts';
import type { ParsedManifest } from './parse-manifest.ts';

/** The schemes by which KServe loads a model out of an image, each by another mechanism. */
const IMAGE_SCHEMES = ['oci://', 'oci+native://', 'oci+fetch://'] as const;

/** The scheme of a URI that names an image; undefined for any other text. */
export function imageSchemeOf(text: string): (typeof IMAGE_SCHEMES)[number] | undefined {
  return IMAGE_SCHEMES.find((scheme) => text.startsWith(scheme));
}

/** What a target says, in the parts that a version can be recognised by. */
export interface RunningValue {
  /** As it stands, for people. */
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
  if (located.shape === 'image-map') {
    const [registry, name] = [at([...located.path, 'registry']), at([...located.path, 'repository'])];
    return imageValue({
      repository: registry === undefined ? name : `${registry}/${name}`,
      tag: at([...located.path, 'tag']) ?? at([...located.path, 'version']),
      digest: at([...located.path, 'digest']),
    });
  }
  return imageValue({
    repository: at([...located.path, 'newName']) ?? at([...located.path, 'name']),
    tag: at([...located.path, 'newTag']),
    digest: at([...located.path, 'digest']),
  });
}

function imageValue({
  repository = '',
  tag,
  digest,
}: Readonly<Record<'repository' | 'tag' | 'digest', string | undefined>>): RunningValue {
  return {
    text: `${repository}${tag === undefined ? '' : `:${tag}`}${digest ? `@${digest}` : ''}`,
    repository,
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
