/** This module's place in the source tree. In a bundle, which is a flat folder, it is part of another file. */
const OWN_PLACE = /\/core\/adapters\/threads\/worker-entry(\.[tj]s)$/;

/**
 * Returns the file that a thread runs. In the source tree that is the module itself; in an action's bundle it is the
 * file that the build puts next to `index.js`. The build copies an entry where it finds its name in a bundle, so the name
 * is written as one literal at each call.
 *
 * @param name Path of the module under `core/adapters`, without its extension: `threads/hash-files-worker`.
 * @param here The URL of the file that asks; default: this one's.
 * @example workerEntry('dvc/rows-worker', 'file:///a/dist/118.index.js').href // => 'file:///a/dist/rows-worker.js'
 */
export function workerEntry(name: string, here: string = import.meta.url): URL {
  const extension = OWN_PLACE.exec(here)?.[1];
  return extension === undefined
    ? new URL(`./${name.slice(name.lastIndexOf('/') + 1)}.js`, here)
    : new URL(`../${name}${extension}`, here);
}
