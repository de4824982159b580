import { z } from 'zod';
import { isClosedFolder } from '../domain/data/repository-path.ts';
import { timeWindowProblem } from '../domain/promotion/time-window.ts';
import { camelCaseKeys } from './camel-case-keys.ts';
import { durationMs } from './quantities.ts';

const text = z.string().min(1);

/** Inside the repository, and outside its closed folders: a promotion never changes a workflow. */
function isRepositoryFile(path: string): boolean {
  const parts = normalPath(path).split('/');
  return (
    !/^[A-Za-z]:|[\\\p{Cc}]/u.test(path) &&
    !path.startsWith('/') &&
    !parts.includes('..') &&
    !parts.includes('') &&
    !parts.some((part) => isClosedFolder(part))
  );
}

/** As Git names the file: `./k8s//x.yaml` is `k8s/x.yaml`. What is compared with lists of changed files has to be that. */
function normalPath(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}

/** Place in a manifest that names a version. */
export const target = z
  .strictObject({
    file: text.refine(isRepositoryFile, { error: 'is not a path inside the repository' }).transform(normalPath),
    kind: text.optional(),
    name: text.optional(),
    namespace: text.optional(),
    container: text.optional(),
    volume: text.optional(),
    env: text.optional(),
    image: text.optional(),
    path: text.optional(),
    parameter: text.optional(),
    value: z.enum(['uri', 'reference', 'tag', 'digest', 'version']).optional(),
  })
  .refine((value) => value.kind !== undefined || value.image !== undefined || value.path !== undefined, {
    error: 'has only a file: add kind and name, image, or path',
  });

const WHY = {
  context: 'name the commit status with the health, such as continuous-delivery/<application>',
  creator: 'name the author of that status, such as acme-argocd[bot], so that other authors are ignored',
};

const health = z
  .strictObject({
    from: z.enum(['none', 'argocd', 'commit-status', 'deployment-status', 'check-run']).default('none'),
    context: text.optional(),
    creator: text.optional(),
    deadline: durationMs.optional(),
    settle: durationMs.optional(),
  })
  .superRefine((value, context) => {
    if (value.from !== 'argocd') return;
    for (const key of ['context', 'creator'] as const) {
      if (value[key] === undefined)
        context.addIssue({ code: 'custom', message: `has from: argocd without ${key}: ${WHY[key]}` });
    }
  });

const timeWindow = z
  .strictObject({ cron: text, duration: durationMs, timezone: text.default('UTC') })
  .superRefine((value, context) => {
    const message = timeWindowProblem(value);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

/** One entry of `models.<name>.environments`. */
export const environment = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'is not an environment name: use a-z, 0-9 and -'),
    after: z.array(text).optional().describe('Upstream environments; default: the one above'),
    soak: durationMs.optional(),
    health: health.optional(),
    freeze: z.array(timeWindow).default([]),
    allow: z.array(timeWindow).default([]),
    'auto-merge': z
      .boolean()
      .default(false)
      .describe('The bot merges when all promotion conditions hold, if the default branch requires checks'),
    targets: z.array(target).min(1),
  })
  .transform(camelCaseKeys);
