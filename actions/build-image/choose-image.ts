import type { ModelConfig } from '../../core/config/tidegate-config.ts';
import { isImageTag, isRepository } from '../../core/domain/image/image-reference.ts';
import { type Problem, UserError } from '../../core/errors.ts';
import type { InputValues } from '../inputs.ts';
import type { inputs } from './inputs.ts';

/** Image to build: inputs before tidegate.yaml. */
export interface ChosenImage {
  readonly repository: string;
  /** Undefined: on nothing. */
  readonly base: string | undefined;
  readonly platform: string;
}

/**
 * Chooses the image, and refuses by name what this version cannot build.
 *
 * @throws {UserError} INPUT_INVALID with all problems at once.
 */
export function chooseImage({ image }: Pick<ModelConfig, 'image'>, values: InputValues<typeof inputs>): ChosenImage {
  const problems: Problem[] = [];
  const repository = values['image-repository'] ?? image?.repository ?? '';
  if (!isRepository(repository)) problems.push(notARepository(repository));
  for (const tag of values.tags ?? []) {
    if (isImageTag(tag)) continue;
    const fix = 'Write one tag per line: up to 128 letters, digits, "_", "." and "-", not starting with "." or "-".';
    problems.push({ message: `input tags: ${JSON.stringify(tag.slice(0, 200))} is not a valid tag`, fix });
  }
  const platforms = values.platforms ?? image?.platforms ?? ['linux/amd64'];
  if (platforms.length > 1) {
    const message = `several platforms (${platforms.join(', ')}) are not supported yet`;
    problems.push({ message, fix: 'Name one platform: linux/amd64.' });
  }
  if (problems.length > 0) throw UserError.ofProblems('INPUT_INVALID', problems);
  const base = values['base-image'] ?? image?.base;
  return { repository, base: base === 'scratch' ? undefined : base, platform: platforms[0] ?? 'linux/amd64' };
}

function notARepository(repository: string): Problem {
  const fix = 'Set the input image-repository: host/path, or image.repository in tidegate.yaml.';
  if (repository === '') return { message: 'no image repository is named', fix };
  const lower = repository.toLowerCase();
  const message = `"${repository}" is not an image repository`;
  return isRepository(lower)
    ? { message: `${message}: it has upper-case letters`, fix: `Write ${lower}.` }
    : { message, fix };
}
