/** A note on a merge request. */
export interface Note {
  readonly id: number;
  /** As GitLab keeps it: it may lack white space at its end. */
  readonly body: string;
}

/**
 * The notes of one merge request.
 *
 * A finished write is seen by the next read. Errors: `ServiceError` GITLAB_REFUSED (not retryable) and GITLAB_UNREACHABLE
 * (retryable; the adapter has retried by itself).
 */
export interface MergeRequestNotes {
  /** Our own that begin with a marker, of all pages, oldest first. What others wrote is never among them. */
  own(marker: string): Promise<readonly Note[]>;
  /** Creates one. Where the answer of GitLab is lost, a note that was made all the same is not made again. */
  create(marker: string, body: string): Promise<void>;
  update(id: number, body: string): Promise<void>;
  /** Removes one; no error for one that is gone already. */
  remove(id: number): Promise<void>;
}
