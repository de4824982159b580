/** Where a comment stands. */
export interface ConversationSubject {
  /** Its text, which may begin with a marker of ours. */
  readonly body: string;
  /** Login of who wrote it. */
  readonly author: string;
}

/** Comments as people and the bot exchange them. Errors as `VersionTags`. */
export interface Conversation {
  /** The issue or pull request of a number. */
  subject(issue: number): Promise<ConversationSubject>;
  /** Whether a person may write to the repository, asked anew at each call. */
  canWrite(login: string): Promise<boolean>;
  /** Shows that a comment was seen. Of several who do so at once, one is told that it was the first. */
  acknowledge(comment: number): Promise<boolean>;
  /** Takes that back: what was begun has failed, and whoever hears of the comment again may answer it. */
  disown(comment: number): Promise<void>;
}
