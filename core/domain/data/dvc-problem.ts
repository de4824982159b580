import { UserError, type UserErrorCode } from '../../errors.ts';

/** An error at a file of DVC's. */
export function dvcError(
  code: Extract<UserErrorCode, 'DVC_INVALID' | 'DVC_UNSUPPORTED' | 'PATH_UNSAFE'>,
  file: string,
  text: { readonly message: string; readonly fix: string },
): UserError {
  return new UserError(code, text.message, { fix: text.fix, place: { file } });
}
