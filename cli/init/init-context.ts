/** Surroundings of a run of `init`. */
export interface InitContext {
  readonly env: NodeJS.ProcessEnv;
  readonly print: (text: string) => void;
}
