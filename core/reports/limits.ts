/** Size limit of a report. */
export interface ReportLimits {
  readonly maxBytes: number;
  /** Of the marks `{`, `[`, `,` and `:` outside of texts: each value has about one. */
  readonly maxMarks: number;
}

/** Chosen: far above parameters that a person nests; readers and writers recurse. */
export const MAX_REPORT_DEPTH = 200;

/** Of a report that an action reads in its own job. Chosen: a profile of 5,000 columns. */
export const ACTION_LIMITS: ReportLimits = { maxBytes: 32 * 2 ** 20, maxMarks: 4_000_000 };

/**
 * Of a report that the bot reads, regardless of who wrote it. Measured: evaluate-and-gate writes 3.0 MiB for one slice column of
 * 200 values, 10 metrics and one champion, and 10.3 MiB (540,000 marks) for two such columns, two champions and two rules
 * for all slices. Chosen: half as much again.
 */
export const BOT_LIMITS: ReportLimits = { maxBytes: 16 * 2 ** 20, maxMarks: 850_000 };

/** Of the zip with reports that the bot downloads. Chosen: such text becomes a tenth or less of its size. */
export const MAX_REPORT_ZIP_BYTES = 32 * 2 ** 20;
