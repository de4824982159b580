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
    file: text
      .refine(isRepositoryFile, { error: 'is not a path inside the repository' })
      .transform(normalPath)
      .meta({ description: 'The manifest, a file of this repository', examples: ['k8s/production/model.yaml'] }),
    kind: text.optional().meta({ description: 'The kind of the object', examples: ['InferenceService', 'Deployment'] }),
    name: text.optional().meta({ description: 'The name of the object', examples: ['flight-delay'] }),
    namespace: text.optional().meta({
      description: 'The namespace of the object, if several objects have its name',
      examples: ['models'],
    }),
    container: text.optional().meta({
      description: 'The container of a pod template whose image names the version; default: the only one',
      examples: ['server'],
    }),
    volume: text.optional().meta({
      description: 'The image volume of a pod template that names the version',
      examples: ['model'],
    }),
    env: text.optional().meta({
      description: 'The environment variable of a container whose value names the version',
      examples: ['MODEL_URI'],
    }),
    image: text.optional().meta({
      description: 'The name of an entry of images in a kustomization, or of an Argo CD Application',
      examples: ['registry.example/flight-delay'],
    }),
    path: text.optional().meta({
      description: 'The path to the value in the file: Helm values, or any other YAML',
      examples: ['model.image', 'spec["key.with/dots"][0].uri'],
    }),
    parameter: text.optional().meta({
      description: 'The Helm parameter of an Argo CD Application',
      examples: ['image.tag'],
    }),
    value: z
      .enum(['uri', 'reference', 'tag', 'digest', 'version'])
      .optional()
      .meta({
        description: 'What the value names; default: what the old value is',
        examples: ['version'],
      }),
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
    from: z
      .enum(['none', 'argocd', 'commit-status', 'deployment-status', 'check-run'])
      .default('none')
      .meta({
        description: 'The source of health; none: a version is verified by its merge',
        examples: ['argocd'],
      }),
    context: text.optional().meta({
      description:
        'The name of the status or check; for a deployment status the GitHub environment. Default: that of the environment',
      examples: ['continuous-delivery/flight-delay'],
    }),
    creator: text.optional().meta({
      description: 'The author of the status; other authors are ignored',
      examples: ['acme-argocd[bot]'],
    }),
    deadline: durationMs.optional().meta({
      description: 'Without a success by then, the version has failed; default: no deadline',
      examples: ['30m'],
    }),
    settle: durationMs.optional().meta({
      description: 'The time for which a success must last; default: 15 minutes with argocd, else none',
      examples: ['1m'],
    }),
  })
  .superRefine((value, context) => {
    if (value.from !== 'argocd') return;
    for (const key of ['context', 'creator'] as const) {
      if (value[key] === undefined)
        context.addIssue({ code: 'custom', message: `has from: argocd without ${key}: ${WHY[key]}` });
    }
  });

const timeWindow = z
  .strictObject({
    cron: text.meta({ description: 'The start of the window', examples: ['0 18 * * FRI'] }),
    duration: durationMs.meta({ description: 'The length of the window', examples: ['62h'] }),
    timezone: text.default('UTC').meta({ description: 'The IANA time zone of cron', examples: ['Europe/Berlin'] }),
  })
  .superRefine((value, context) => {
    const message = timeWindowProblem(value);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

/** One entry of `models.<name>.environments`. */
export const environment = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'is not an environment name: use a-z, 0-9 and -')
      .meta({ description: 'The name of the environment: a-z, 0-9 and -', examples: ['production'] }),
    after: z
      .array(text)
      .optional()
      .meta({ description: 'Upstream environments; default: the one above', examples: [['staging']] }),
    soak: durationMs.optional().meta({
      description: 'How long the upstream environments must have had the version verified; default: no wait',
      examples: ['24h'],
    }),
    health: health.optional().meta({
      description: 'The health that verifies a version; default: its merge',
      examples: [
        { from: 'argocd', context: 'continuous-delivery/flight-delay', creator: 'acme-argocd[bot]', deadline: '30m' },
      ],
    }),
    freeze: z
      .array(timeWindow)
      .default([])
      .meta({
        description: 'Windows without promotions; they have priority over allow',
        examples: [[{ cron: '0 18 * * FRI', duration: '62h', timezone: 'Europe/Berlin' }]],
      }),
    allow: z
      .array(timeWindow)
      .default([])
      .meta({
        description: 'Windows for promotions; without any, promotions are always allowed',
        examples: [[{ cron: '0 9 * * MON-THU', duration: '8h', timezone: 'Europe/Berlin' }]],
      }),
    'auto-merge': z
      .boolean()
      .default(false)
      .meta({
        description: 'The bot merges when all promotion conditions hold, if the default branch requires checks',
        examples: [true],
      }),
    targets: z
      .array(target)
      .min(1)
      .meta({
        description: 'The places in manifests that name the version',
        examples: [[{ file: 'k8s/production/model.yaml', kind: 'InferenceService', name: 'flight-delay' }]],
      }),
  })
  .transform(camelCaseKeys);
