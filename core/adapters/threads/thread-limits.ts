/** Of a thread that hashes or looks at files: it makes next to no objects, and would else take tens of megabytes for them. */
export const THREAD_LIMITS = { maxYoungGenerationSizeMb: 4 } as const;
