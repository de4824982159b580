import type { Stage } from '../../domain/train/pipeline.ts';

/** Training of the model: stages in running order, or a command. */
export type TrainingWork =
  | { readonly kind: 'stages'; readonly stages: readonly Stage[] }
  | {
      readonly kind: 'command';
      readonly line: string;
      /** The parameters file, where tidegate.yaml names one. */
      readonly params: string | undefined;
      /** Files and folders that it reads; undefined: anything that Git and DVC have. */
      readonly deps?: readonly string[] | undefined;
      /** Files and folders that decide nothing about the model: its own, manifests, workflows. */
      readonly ignored: readonly string[];
    };
