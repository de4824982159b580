/** Texts of one length, a row each, kept as one text until one of them is changed. */
export class FixedColumn {
  #text: string;
  #width: number;
  #rows: string[] | undefined;

  /** @param text All rows one after the other. */
  constructor(text = '', width = 0) {
    this.#text = text;
    this.#width = width;
  }

  /** Length of a row. */
  get width(): number {
    return this.#rows?.[0]?.length ?? this.#width;
  }

  /** `''` for a row that is not there. */
  get(row: number): string {
    return this.#rows === undefined ? this.#slice(row) : (this.#rows[row] ?? '');
  }

  set(row: number, value: string): void {
    this.#unpacked()[row] = value;
  }

  /** Keeps these rows, in this order. */
  choose(rows: readonly number[]): void {
    this.#rows = rows.map((row) => this.get(row));
  }

  /** All rows one after the other; undefined where they differ in length. */
  pack(): string | undefined {
    if (this.#rows === undefined) return this.#text;
    const width = this.width;
    return this.#rows.every((row) => row.length === width) ? this.#rows.join('') : undefined;
  }

  #slice(row: number): string {
    return this.#text.slice(row * this.#width, (row + 1) * this.#width);
  }

  #unpacked(): string[] {
    if (this.#rows !== undefined) return this.#rows;
    const count = this.#width === 0 ? 0 : this.#text.length / this.#width;
    this.#rows = Array.from({ length: count }, (_, row) => this.#slice(row));
    return this.#rows;
  }
}
