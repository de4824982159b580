/** A column by whose values groups are compared. */
export interface FairnessPolicy {
  readonly column: string;
  /** Value of the group that each other one is compared with; undefined: each with each. */
  readonly privileged?: string | number | boolean | undefined;
}
