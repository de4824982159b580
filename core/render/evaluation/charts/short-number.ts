import { formatCount } from '../../../domain/text/format-number.ts';

/** A number for a cell of a chart's table: whole numbers with thousands separated, others with four digits. */
export function shortNumber(value: number): string {
  return Number.isInteger(value) ? formatCount(value) : String(Number(value.toPrecision(4)));
}
