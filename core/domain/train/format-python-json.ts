import { isPlainList, isPlainMap, PlainDate, PlainOther, type PlainValue } from '../data/plain-value.ts';
import { formatPythonFloat } from './python-float.ts';

/**
 * JSON as Python's `json.dumps(…, indent=2, ensure_ascii=False)` writes it: whole numbers are exact, floats stay floats, and numbers that
 * are not finite are `NaN` and `Infinity`. `parsePythonJson` of it gives the same value. Dates become texts.
 *
 * @example formatPythonJson(new Map([['lr', 1]])) // => '{\n  "lr": 1.0\n}'
 */
export function formatPythonJson(value: PlainValue, indent = ''): string {
  const inner = `${indent}  `;
  if (isPlainMap(value)) {
    return enclosed(
      '{}',
      [...value].map(([key, entry]) => `${JSON.stringify(key)}: ${formatPythonJson(entry, inner)}`),
      indent,
    );
  }
  if (isPlainList(value))
    return enclosed(
      '[]',
      value.map((entry) => formatPythonJson(entry, inner)),
      indent,
    );
  if (value instanceof PlainDate) return JSON.stringify(value.text);
  if (value instanceof PlainOther) return JSON.stringify(value.what);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'number') return JSON.stringify(value);
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  return formatPythonFloat(value);
}

function enclosed(brackets: '{}' | '[]', entries: readonly string[], indent: string): string {
  if (entries.length === 0) return brackets;
  return `${brackets[0]}\n${indent}  ${entries.join(`,\n${indent}  `)}\n${indent}${brackets[1]}`;
}
