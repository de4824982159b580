import type { ReadManifest } from '../../domain/manifest/deployable-target.ts';
import type { TargetReading } from '../../domain/manifest/edit-manifest.ts';
import type { ManifestTarget } from '../../domain/policy/manifest-target.ts';
import type { Problem } from '../../errors.ts';
import type { ReportKind, ReportOf } from '../../reports/read-report.ts';

/**
 * Parses what people who are not trusted have written, at the bounds of docs/bounds.md. An implementation may do so apart
 * from the caller's thread; a text that takes too long or too much memory there is refused by UserError
 * INPUT_TOO_COSTLY, and too many texts at once by ServiceError PARSER_BUSY (retryable). Results are plain values.
 *
 * @typeParam Config What a tidegate.yaml becomes: no port names a layer above its own.
 */
export interface UntrustedParser<Config> {
  /** Values of targets of one manifest, in their order: as `readTargets`. One that cannot be read has its error. */
  readTargets(text: string, targets: readonly ManifestTarget[]): Promise<readonly TargetReading[]>;
  /** @throws {UserError} CONFIG_INVALID with every problem, each with line and column. */
  parseConfig(text: string): Promise<Config>;
  /**
   * Problems of the targets of a config in the given manifests, each with line and column: as `targetProblems`.
   *
   * @throws {UserError} CONFIG_INVALID.
   */
  checkTargets(config: string, manifests: readonly ReadManifest[]): Promise<readonly Problem[]>;
  /**
   * @param bytes UTF-8 JSON.
   * @throws {UserError} REPORT_TOO_LARGE, REPORT_UNKNOWN_VERSION, REPORT_INVALID: as `readUntrustedReport`.
   */
  readReport<Kind extends ReportKind>(kind: Kind, bytes: Uint8Array): Promise<ReportOf<Kind>>;
}
