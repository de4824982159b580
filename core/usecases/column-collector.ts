import type { ColumnValues } from '../domain/evaluation/column-values.ts';
import type { BatchColumn, TableColumnType } from '../ports/table-reader.ts';

/** Collects the batches of a column. Text is kept once a distinct value. */
export class ColumnCollector {
  readonly #type: TableColumnType;
  readonly #numbers: Float64Array[] = [];
  readonly #codes: Int32Array[] = [];
  readonly #codeOf = new Map<string, number>();

  constructor(type: TableColumnType) {
    this.#type = type;
  }

  /** Adds the rows of a batch. The batch may be used again afterwards. */
  add(column: BatchColumn): void {
    if (column.kind === 'numeric') this.#numbers.push(column.values.slice());
    else this.#codes.push(Int32Array.from(column.values, (value) => this.#code(value)));
  }

  /** All rows so far. */
  finish(): ColumnValues {
    if (this.#type === 'text') {
      return { kind: 'categorical', codes: joinCodes(this.#codes), categories: [...this.#codeOf.keys()] };
    }
    const values = joinNumbers(this.#numbers);
    if (this.#type === 'boolean') return booleans(values);
    return { kind: this.#type === 'time' ? 'time' : 'numeric', values };
  }

  #code(value: string | null): number {
    if (value === null) return -1;
    const code = this.#codeOf.get(value) ?? this.#codeOf.size;
    this.#codeOf.set(value, code);
    return code;
  }
}

/** One array of all parts. */
export function joinNumbers(parts: readonly Float64Array[]): Float64Array {
  const joined = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
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
