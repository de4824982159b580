import type { ColumnValues } from './column-values.ts';
import type { BatchColumn, TableColumnType } from './table.ts';

/** Chosen: of some batches. */
const FIRST_ROOM = 65_536;

/** Numbers that grow by batches, in one array with room to spare: every number is copied about twice. */
export class GrowingNumbers {
  #values = new Float64Array(FIRST_ROOM);
  #length = 0;

  /** Adds a copy. */
  add(values: Float64Array): void {
    if (this.#length + values.length > this.#values.length) {
      const larger = new Float64Array(Math.max(2 * this.#values.length, this.#length + values.length));
      larger.set(this.#values.subarray(0, this.#length));
      this.#values = larger;
    }
    this.#values.set(values, this.#length);
    this.#length += values.length;
  }

  /** All numbers so far. */
  values(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }
}

/** Collects the batches of a column. Text is kept once a distinct value. */
export class ColumnCollector {
  readonly #type: TableColumnType;
  readonly #numbers = new GrowingNumbers();
  readonly #codes: Int32Array[] = [];
  readonly #codeOf = new Map<string, number>();

  constructor(type: TableColumnType) {
    this.#type = type;
  }

  /** Adds the rows of a batch. The batch may be used again afterwards. */
  add(column: BatchColumn): void {
    if (column.kind === 'numeric') {
      this.#numbers.add(column.values);
      return;
    }
    const codes = new Int32Array(column.values.length);
    for (let i = 0; i < codes.length; i++) codes[i] = this.#code(column.values[i] ?? null);
    this.#codes.push(codes);
  }

  /** All rows so far. */
  finish(): ColumnValues {
    if (this.#type === 'text') {
      return { kind: 'categorical', codes: joinCodes(this.#codes), categories: [...this.#codeOf.keys()] };
    }
    const values = this.#numbers.values();
    if (this.#type === 'boolean') return booleans(values);
    return { kind: this.#type === 'time' ? 'time' : 'numeric', values };
  }

  #code(value: string | null): number {
    if (value === null) return -1;
    const known = this.#codeOf.get(value);
    if (known !== undefined) return known;
    const code = this.#codeOf.size;
    this.#codeOf.set(value, code);
    return code;
  }
}

function joinCodes(parts: readonly Int32Array[]): Int32Array {
  const joined = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

function booleans(values: Float64Array): ColumnValues {
  return {
    kind: 'categorical',
    codes: Int32Array.from(values, (value) => (Number.isNaN(value) ? -1 : value)),
    categories: ['false', 'true'],
  };
}
