/** A comment on an issue or pull request. */
export interface Comment {
  readonly id: number;
  readonly body: string;
}

/** Comments of the repository. Errors as `VersionTags`. */
export interface Comments {
  /** Our own that begin with a marker, of all pages, oldest first. What others wrote is never among them. */
  own(issue: number, marker: string): Promise<readonly Comment[]>;
  create(issue: number, body: string): Promise<void>;
  update(id: number, body: string): Promise<void>;
  /** Hides one as outdated, or shows it again; nothing is written where it is so already. */
  setHidden(id: number, isHidden: boolean): Promise<void>;
}
