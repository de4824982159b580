import { z } from 'zod';
import { digest, header } from './header.ts';

const count = z.number().int().min(0);

/** Files that data-pull brought, or found on the remote: written by data-pull, to record the data of a run. */
export const dataReportSchema = z.looseObject({
  ...header('data'),
  /** Nothing was brought: the remote was asked whether it has all of it. */
  checkOnly: z.boolean(),
  /** Of all files; null where something is missing, or where nothing was brought. */
  datasetDigest: digest.nullable(),
  filesUnchanged: count,
  filesDownloaded: count,
  bytesDownloaded: count,
  missingCount: count,
  fileCount: count,
  /** The first of them, where the report would be larger than a reader takes. */
  missing: z.array(z.string()).readonly(),
  /** Sorted by path; the first of them, as above. */
  files: z.array(z.looseObject({ path: z.string(), md5: z.string().regex(/^[0-9a-f]{32}$/) })).readonly(),
});

/** Files that data-pull brought. */
export type DataReport = z.infer<typeof dataReportSchema>;

/** The lists of a data report, which may be very long. */
export interface DataReportLists {
  readonly missing: Iterable<string>;
  readonly files: Iterable<{ readonly path: string; readonly md5: string }>;
}

/** Chosen: what is written by one call. Characters. */
const PIECE_LENGTH = 256 * 1024;

/**
 * The text of a data report, in pieces: a dataset may have millions of files.
 *
 * @param head All but the lists.
 * @param mostBytes Of the lists together; what is beyond is left out, and the counts tell so.
 * @throws {z.ZodError} For a head that is none.
 */
export function* formatDataReport(
  head: Omit<DataReport, 'missing' | 'files'>,
  { missing, files }: DataReportLists,
  mostBytes: number,
): Iterable<string> {
  const { missing: _, files: __, ...rest } = dataReportSchema.parse({ ...head, missing: [], files: [] });
  const budget = { left: mostBytes };
  let piece = `${JSON.stringify(rest).slice(0, -1)},"missing":[`;
  for (const text of listsText({ missing, files }, budget)) {
    piece += text;
    if (piece.length < PIECE_LENGTH) continue;
    yield piece;
    piece = '';
  }
  yield `${piece}\n]}\n`;
}

function* listsText({ missing, files }: DataReportLists, budget: { left: number }): Iterable<string> {
  yield* entriesOf(missing, (path) => JSON.stringify(path), budget);
  yield '\n],"files":[';
  yield* entriesOf(files, ({ path, md5 }) => JSON.stringify({ path, md5 }), budget);
}

/** An entry a line, as long as there is room. */
function* entriesOf<Entry>(
  entries: Iterable<Entry>,
  format: (entry: Entry) => string,
  budget: { left: number },
): Iterable<string> {
  let separator = '\n';
  for (const entry of entries) {
    const text = `${separator}${format(entry)}`;
    // A UTF-16 unit has three bytes at most.
    budget.left -= text.length * (/^[ -~\n]*$/.test(text) ? 1 : 3);
    if (budget.left < 0) return;
    yield text;
    separator = ',\n';
  }
}
