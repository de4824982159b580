import type { ReadManifest } from '../../domain/manifest/deployable-target.ts';
import type { TargetReading } from '../../domain/manifest/edit-manifest.ts';
import type { ManifestTarget } from '../../domain/policy/manifest-target.ts';
import { type Problem, UserError, type UserErrorCode } from '../../errors.ts';
import type { ReportKind } from '../../reports/read-report.ts';

/** Input of a parsing thread. `ready` asks whether it has loaded its code; the value is null. */
export type ParserQuestion =
  | { readonly ask: 'ready' }
  | { readonly ask: 'targets'; readonly text: string; readonly targets: readonly ManifestTarget[] }
  | { readonly ask: 'config'; readonly text: string }
  | { readonly ask: 'checks'; readonly config: string; readonly manifests: readonly ReadManifest[] }
  | { readonly ask: 'report'; readonly kind: ReportKind; readonly bytes: Uint8Array };

/** Its answer: a plain value, or the error in the text. */
export type ParserAnswer =
  | { readonly is: 'value'; readonly value: unknown }
  | { readonly is: 'refused'; readonly error: PlainUserError };

/** A `UserError` as a plain value: copies of errors lose their class and fields on the way between threads. */
export interface PlainUserError {
  readonly code: UserErrorCode;
  readonly message: string;
  readonly fix: string;
  readonly place: UserError['place'];
  readonly problems: readonly Problem[];
}

/** A `TargetReading` as a plain value. */
export type PlainReading = Pick<TargetReading, 'value'> & { readonly error?: PlainUserError };

/** The plain value of an error. Its cause stays behind. */
export function plainError({ code, message, fix, place, problems }: UserError): PlainUserError {
  return { code, message, fix, place, problems };
}

/** The error of a plain value: what `plainError` was given, without its cause. */
export function errorOf({ code, message, fix, place, problems }: PlainUserError): UserError {
  return new UserError(code, message, { fix, problems, ...(place === undefined ? {} : { place }) });
}
