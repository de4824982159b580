/** A comment on an issue or pull request. */
export interface Comment {
  readonly id: number;
  readonly body: string;
}

/** A comment of anyone, as it is now. */
export interface WrittenComment extends Comment {
  /** The issue or pull request that it is under. */
  readonly issue: number;
  /** Login; '' where the account is gone. */
  readonly author: string;
}

/** Comments of the repository, as people and the bot exchange them. Errors as `VersionTags`. */
export interface Comments {
  /** Our own that begin with a marker, of all pages, oldest first. What others wrote is never among them. */
  own(issue: number, marker: string): Promise<readonly Comment[]>;
  /** A comment of anyone; undefined where no comment has this number. */
  get(id: number): Promise<WrittenComment | undefined>;
  create(issue: number, body: string): Promise<void>;
  update(id: number, body: string): Promise<void>;
  /** Hides one as outdated, or shows it again; nothing is written where it is so already. */
  setHidden(id: number, isHidden: boolean): Promise<void>;
  /** True if a person may write to the repository; asked again at each call. */
  canWrite(login: string): Promise<boolean>;
  /** Shows that a comment was seen. Of several who do so at once, one is told that it was the first. */
  acknowledge(comment: number): Promise<boolean>;
  /** Takes that back: the work has failed, and any process that hears of the comment again may answer it. */
  disown(comment: number): Promise<void>;
}
