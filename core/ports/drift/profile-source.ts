import type { ProfileReport } from '../../reports/profile-report.ts';

/** The profile registered with a version. */
export interface RegisteredProfile {
  readonly profile: ProfileReport;
  /** Where it lies, for people. */
  readonly path: string;
  /** `sha256:<hex>` of the document. */
  readonly digest: string;
  readonly version: string;
}

/** Profiles of registered versions. */
export interface ProfileSource {
  /**
   * The profile registered with the version in production: the last environment that runs one, else the newest version.
   *
   * @throws {UserError} REPORT_NOT_FOUND where there is no version or it has no profile, saying which.
   */
  inProduction(): Promise<RegisteredProfile>;
}
