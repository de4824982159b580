/** A workflow, as far as its schedule goes. */
export interface ScheduledWorkflow {
  /** `active`, or how it was disabled: `disabled_manually`, `disabled_inactivity`. */
  readonly state: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** When its schedule started it last; ISO 8601; undefined: never. */
  readonly lastScheduledAt: string | undefined;
}

/** Workflows that a schedule starts. Errors as `VersionTags`. */
export interface ScheduledWorkflows {
  /** @param file Such as `model-watch.yml`. Undefined where GitHub knows no such workflow. */
  find(file: string): Promise<ScheduledWorkflow | undefined>;
}
