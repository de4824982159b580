import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** This module's place in the source tree. In a bundle, which is a flat folder, it is part of another file. */
const OWN_PLACE = /\/core\/adapters\/cloud\/sdk-loader(\.[tj]s)$/;

/**
 * The places of a vendor's SDK, best first: the module itself in the source tree; from a bundle, the folder next to it
 * (the command line) and the one that all actions share.
 *
 * @param name Path of the module under `core/adapters`, without its extension: `gcs/gcs-sdk`.
 * @param here The URL of the file that asks.
 * @example sdkPlaces('gcs/gcs-sdk', 'file:///a/actions/train/dist/1.index.js')[1]?.pathname // => '/a/actions/cloud-sdks/dist/gcs-sdk/index.js'
 */
export function sdkPlaces(name: string, here: string = import.meta.url): readonly URL[] {
  const extension = OWN_PLACE.exec(here)?.[1];
  if (extension !== undefined) return [new URL(`../${name}${extension}`, here)];
  const folder = name.slice(name.lastIndexOf('/') + 1);
  return [`./${folder}/index.js`, `../../cloud-sdks/dist/${folder}/index.js`].map((place) => new URL(place, here));
}

/**
 * Loads an SDK that no bundle contains: it is large, and few teams need it.
 *
 * @throws {Error} Where this copy of Tidegate is incomplete.
 */
export function loadSdk(name: string): unknown {
  const file = sdkPlaces(name).find((place) => existsSync(place));
  if (file === undefined) throw new Error(`this copy of Tidegate is not complete: it has no ${name}`);
  // Not by import(): the bundler would look for the file when it builds.
  return createRequire(file)(fileURLToPath(file));
}
