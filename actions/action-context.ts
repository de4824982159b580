import type { ErrorPlace, Problem } from '../core/errors.ts';

/** The environment of the process as a value: nothing below reads the process's own. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Output of an action for people. */
export interface ActionLog {
  info(line: string): void;
  /** A warning annotation at the problem's place. */
  warning(problem: Problem): void;
  notice(message: string, place?: ErrorPlace): void;
  /** Folds what `work` writes under a title. */
  group<T>(title: string, work: () => Promise<T>): Promise<T>;
}

/** Context of an action instead of the process: its environment, inputs, log and outputs. */
export interface ActionContext {
  readonly action: string;
  readonly env: Environment;
  /** The project's own node_modules where the action's source runs; undefined in a bundle, which has none. */
  readonly nodeModules: string | undefined;
  /** Absolute: the workspace, or the input working-directory in it. */
  readonly workingDirectory: string;
  readonly log: ActionLog;
  /** True if a runner reads the log and obeys the commands in it. */
  readonly isRunner: boolean;
  /** The text of an input, trimmed; undefined where the runner sent none, '' where it was left empty. */
  input(name: string): string | undefined;
  /** null is written as ''. */
  setOutput(name: string, value: string | number | boolean | null): void;
  appendSummary(markdown: string): Promise<void>;
  maskSecret(secret: string): void;
  /** Fails the step because of a result (a failed gate, drift), after everything else was written. */
  fail(message: string, place?: ErrorPlace): void;
  /** An OIDC token; needs `id-token: write`. */
  idToken(audience: string): Promise<string>;
}
