import type { ActionContext } from '../actions/action-context.ts';
import type { InputTable } from '../actions/inputs.ts';

/** A command that does what an action does. */
export interface ActionCommand {
  readonly action: string;
  readonly load: () => Promise<{ readonly main: (context: ActionContext) => Promise<void> }>;
  readonly inputs: () => Promise<InputTable>;
}

/** The commands, in the order of a model's life. */
export const ACTION_COMMANDS = {
  plan: {
    action: 'plan',
    load: () => import('../actions/plan/main.ts'),
    inputs: async () => (await import('../actions/plan/inputs.ts')).inputs,
  },
  pull: {
    action: 'data-pull',
    load: () => import('../actions/data-pull/main.ts'),
    inputs: async () => (await import('../actions/data-pull/inputs.ts')).inputs,
  },
  push: {
    action: 'data-push',
    load: () => import('../actions/data-push/main.ts'),
    inputs: async () => (await import('../actions/data-push/inputs.ts')).inputs,
  },
  'check-data': {
    action: 'check-data',
    load: () => import('../actions/check-data/main.ts'),
    inputs: async () => (await import('../actions/check-data/inputs.ts')).inputs,
  },
  train: {
    action: 'train',
    load: () => import('../actions/train/main.ts'),
    inputs: async () => (await import('../actions/train/inputs.ts')).inputs,
  },
  judge: {
    action: 'evaluate-and-gate',
    load: () => import('../actions/evaluate-and-gate/main.ts'),
    inputs: async () => (await import('../actions/evaluate-and-gate/inputs.ts')).inputs,
  },
  register: {
    action: 'register',
    load: () => import('../actions/register/main.ts'),
    inputs: async () => (await import('../actions/register/inputs.ts')).inputs,
  },
  image: {
    action: 'build-image',
    load: () => import('../actions/build-image/main.ts'),
    inputs: async () => (await import('../actions/build-image/inputs.ts')).inputs,
  },
  deploy: {
    action: 'deploy-manifest',
    load: () => import('../actions/deploy-manifest/main.ts'),
    inputs: async () => (await import('../actions/deploy-manifest/inputs.ts')).inputs,
  },
  drift: {
    action: 'drift-check',
    load: () => import('../actions/drift-check/main.ts'),
    inputs: async () => (await import('../actions/drift-check/inputs.ts')).inputs,
  },
} as const satisfies Readonly<Record<string, ActionCommand>>;

/** Programs with options of their own. */
export const OWN_COMMANDS: Readonly<Record<string, { readonly about: string; readonly load: () => Promise<unknown> }>> =
  {
    init: { about: 'Writes tidegate.yaml and the workflows for a repository.', load: () => import('./init.ts') },
    note: {
      about: "Writes what judge found as a note on a GitLab pipeline's merge request.",
      load: () => import('./note.ts'),
    },
    dashboards: {
      about: 'Writes a Grafana dashboard per model and alert rules for Prometheus.',
      load: () => import('./dashboards.ts'),
    },
    doctor: {
      about: 'Lists what is set up in a repository on GitHub, and what is missing.',
      load: () => import('./doctor.ts'),
    },
  };
