/** Why a text cannot be read, and where. */
export class TextProblem extends Error {
  /** In the text that was read, with `\n` for each line end. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}
