const ENDING = /\.(?:csv|tsv|parquet|jsonl|ndjson)(?:\.(?:gz|zst))?$/i;

/**
 * True if a path is that of one table of the repository: its bytes are registered with the version, so that it is neither an
 * address nor a pattern of several files.
 */
export function isExamplesPath(path: string): boolean {
  const isElsewhere = /^[a-z][a-z0-9+.-]*:\/\//.test(path) || path.startsWith('/') || path.split('/').includes('..');
  return ENDING.test(path) && !isElsewhere && !/[*?[{]/.test(path);
}

/** The ending that says a table's format, in lower case: `.jsonl.gz`; undefined for other files. */
export function tableEnding(path: string): string | undefined {
  return ENDING.exec(path)?.[0].toLowerCase();
}
