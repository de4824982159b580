import { z } from 'zod';
import { camelCaseKeys } from './camel-case-keys.ts';
import { durationMs } from './quantities.ts';

const text = z.string().min(1);

const target = z
  .strictObject({
    file: text,
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
    error: 'says only the file: add kind and name, image, or path',
  });

const health = z
  .strictObject({
    from: z.enum(['none', 'argocd', 'commit-status', 'deployment-status', 'check-run']).default('none'),
    context: text.optional(),
    creator: text.optional(),
    deadline: durationMs.optional(),
    settle: durationMs.optional(),
  })
  .refine((value) => value.from !== 'argocd' || (value.context !== undefined && value.creator !== undefined), {
    error: 'has from: argocd without context and creator: name the commit status context and who writes it',
  });

const timeWindow = z.strictObject({ cron: text, duration: durationMs, timezone: text.default('UTC') });

/** One entry of `models.<name>.environments`. */
export const environment = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'is no environment name: use a-z, 0-9 and -'),
    after: z.array(text).optional().describe('Upstream environments; default: the one above'),
    soak: durationMs.optional(),
    health: health.optional(),
    freeze: z.array(timeWindow).default([]),
    allow: z.array(timeWindow).default([]),
    'auto-merge': z.boolean().default(false),
    targets: z.array(target).min(1),
  })
  .transform(camelCaseKeys);

/** An environment in tidegate.yaml. */
export type EnvironmentConfig = z.output<typeof environment>;
/** A manifest that an environment owns, and what in it. */
export type TargetConfig = EnvironmentConfig['targets'][number];
