import type { DataRemote } from './data-remote.ts';

/** Opens the remotes that DVC's config names. */
export interface DataRemotes {
  /**
   * A remote by name, or the default one for undefined. Its keys are `files/md5/ab/…`, and `ab/…` for DVC 2.
   *
   * @throws {UserError} INPUT_INVALID for an unknown name or no default, DVC_UNSUPPORTED for a kind not handled.
   */
  open(name: string | undefined): { readonly name: string; readonly remote: DataRemote };
}
