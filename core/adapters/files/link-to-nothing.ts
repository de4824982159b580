import { UserError } from '../../errors.ts';

/** The error for a symbolic link whose target is absent. */
export function linkToNothing(location: string): UserError {
  return new UserError('DATA_NOT_FOUND', `${location} is a link to something that does not exist`, {
    fix: 'Remove the link, or make what it names.',
  });
}
