import { z } from 'zod';

/** An address with a scheme, in any case: paths have none. */
const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i;
/** A host with a dot in it, then a path: what a registry is called where its scheme is left out. */
const HOST = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?\//i;
/** As the providers allow them; of AWS the loosest rule. */
const BUCKET_NAMES: Readonly<Record<string, RegExp>> = {
  gs: /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/,
  azure: /^(?:\$root|[a-z0-9](?:-?[a-z0-9]){2,62})$/,
};
const BUCKET_RULES = 'use at least 3 lower-case letters, digits and hyphens';
const STORES = 'use oci://host/path, s3://bucket/prefix, gs://bucket/prefix, azure://container/prefix or a folder';
const DATA = 'use a path, s3:// or sql://, or fetch the file in a step before and name it';

/** `register.store`: an address of a kind that can be opened, told when the file is read and not by a release. */
export const storeAddress = z
  .string()
  .min(1)
  .superRefine((address, context) => {
    const message = storeMistake(address);
    if (message !== undefined) context.addIssue({ code: 'custom', message, input: address });
  });

/** A table or files of data: a path, a glob, `s3://` or `sql://`. */
export const dataAddress = z.string().min(1).superRefine(refuseUnreadable);

/** Reports an address that no data can be read from. */
export function refuseUnreadable(address: string, context: z.RefinementCtx): void {
  const message = schemeMistake(address, ['s3', 'sql'], DATA);
  if (message !== undefined) context.addIssue({ code: 'custom', message, input: address });
}

function storeMistake(address: string): string | undefined {
  const mistake = schemeMistake(address, ['oci', 's3', 'gs', 'azure', 'file'], STORES);
  if (mistake !== undefined) return mistake;
  const scheme = /^(s3|gs|azure):\/\//.exec(address)?.[1];
  if (scheme !== undefined) return bucketMistake(scheme, address.slice(scheme.length + '://'.length));
  if (/^oci:/.test(address) && !/^oci:\/\/[^/]+\/[^/]/.test(address)) return 'has no path: write oci://host/path';
  if (!HOST.test(address)) return undefined;
  return `is the address of a registry without its scheme: write oci://${address}, or ./${address} for a folder`;
}

/** A bucket that no provider would have: told when the file is read, and not by a release. */
function bucketMistake(scheme: string, rest: string): string | undefined {
  const what = scheme === 'azure' ? 'container' : 'bucket';
  const name = rest.split('/', 1)[0] ?? '';
  if (name === '') return `has no ${what}: write ${scheme}://${what}/prefix`;
  if (BUCKET_NAMES[scheme]?.test(name) !== false) return undefined;
  return `has the ${what} ${JSON.stringify(name)}, which is not a name of one: ${BUCKET_RULES}`;
}

function schemeMistake(address: string, known: readonly string[], others: string): string | undefined {
  const scheme = SCHEME.exec(address)?.[1];
  if (scheme === undefined || known.includes(scheme)) return undefined;
  const lower = scheme.toLowerCase();
  if (known.includes(lower)) return `is written with ${scheme}://: write ${lower}://`;
  return `is an address of ${lower}://, which is not supported: ${others}`;
}
