/** GTO's rule of an artifact name, without its directory part (gto/constants.py). */
const ARTIFACT_NAME = /^[a-zA-Z0-9]([a-zA-Z0-9\-/_]*[a-zA-Z0-9])?$/;
const DIRECTORY_NAME = /^[a-zA-Z0-9\-_./]+$/;

/**
 * True if a text is a GTO artifact name: `flight-delay`, `team/flight-delay`, or with the directory of a
 * monorepo in front, `models/eta:flight-delay`.
 *
 * @example isModelName('models/eta:flight-delay') // => true
 */
export function isModelName(text: string): boolean {
  const parts = text.split(':');
  if (parts.length === 1) return ARTIFACT_NAME.test(text);
  const [directory, name] = parts;
  return parts.length === 2 && DIRECTORY_NAME.test(directory ?? '') && ARTIFACT_NAME.test(name ?? '');
}

/**
 * The one encoding of a model name for workflow artifacts, branches and folders.
 *
 * @param name A GTO artifact name; may hold `/` and `:`.
 * @example slug('models/eta:flight-delay') // => 'models%2Feta%3Aflight-delay'
 */
export function slug(name: string): string {
  return encodeURIComponent(name);
}
