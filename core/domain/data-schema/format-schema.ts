import type { ColumnSchema, DataSchema, SchemaValue } from './data-schema.ts';
import type { InferredSchema } from './infer-schema.ts';

/** Schema for editors. */
const EDITOR_SCHEMA = 'https://raw.githubusercontent.com/tidegate/tidegate/v1/core/config/data-schema.schema.json';

const HEADER = `# yaml-language-server: $schema=${EDITOR_SCHEMA}
# Written by: tidegate check-data --infer. Review it and edit it as code: it is not written again.
# Room for later data: ranges are wider by a tenth at each end, without crossing 0; max-missing is twice the share that was
# seen, and 1 % more; text may be twice as long. A list of values is closed: add the categories that may come.
`;

/** An inferred schema as the text of a file, with comments for people. Read back, it gives an equal schema. */
export function formatSchema(
  { schema, comments }: InferredSchema,
  { source, rows }: { readonly source: string; readonly rows: number },
): string {
  const columns = Object.entries(schema.columns).map(([name, column]) =>
    columnText(name, column, comments.get(name) ?? ''),
  );
  return `${HEADER}# Inferred from ${onOneLine(source)}, ${rows} rows.
version: 1
rows: { min: ${schema.rows.min ?? 0} }
extra-columns: ${schema.extraColumns}
${keyText(schema)}${timeText(schema)}columns:
${columns.join('')}`;
}

function keyText({ key }: DataSchema): string {
  return key.length === 0 ? '# key: [id]  # columns that identify a row\n' : `key: [${key.map(scalar).join(', ')}]\n`;
}

function timeText({ time }: DataSchema): string {
  if (time === undefined) return '';
  const column = `column: ${scalar(time.column)}`;
  return `time: { ${column} }  # for data that must be new: time: { ${onOneLine(column)}, max-age: 7d }\n`;
}

function columnText(name: string, column: ColumnSchema, comment: string): string {
  const { type, maxMissing, min, max, values, unique, pattern, minLength, maxLength, sensitive } = column;
  const lines = [
    `type: ${type}${comment === '' ? '' : `  # ${onOneLine(comment)}`}`,
    ...(sensitive ? ['sensitive: true'] : []),
    ...(maxMissing > 0 ? [`max-missing: ${Number((maxMissing * 100).toFixed(9))}%`] : []),
    ...(values === undefined ? [] : [`values: [${values.map(scalar).join(', ')}]`]),
    ...(min === undefined ? [] : [`min: ${min}`]),
    ...(max === undefined ? [] : [`max: ${max}`]),
    ...(unique ? ['unique: true'] : []),
    ...(pattern === undefined ? [] : [`pattern: ${quoted(pattern)}`]),
    ...(minLength === undefined ? [] : [`min-length: ${minLength}`]),
    ...(maxLength === undefined ? [] : [`max-length: ${maxLength}`]),
  ];
  return `  ${scalar(name)}:\n${lines.map((line) => `    ${line}\n`).join('')}`;
}

/** Words that YAML reads as something other than text, in any version. */
const NOT_TEXT = /^(?:true|false|null|yes|no|on|off|y|n|nan|inf)$/i;

/** A value as YAML: plain where it is a plain word, else in double quotes, as JSON. */
function scalar(value: SchemaValue): string {
  if (typeof value !== 'string') return String(value);
  if (/^[A-Za-z_][A-Za-z0-9_-]*$/.test(value) && !NOT_TEXT.test(value)) return value;
  return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (character) => {
    // YAML has no characters of control, and no halves of surrogate pairs.
    return /[\p{L}\p{N}\p{P}\p{S}]/u.test(character)
      ? character
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** In single quotes a backslash is itself. */
function quoted(pattern: string): string {
  return /^[\x20-\x7e]*$/.test(pattern) ? `'${pattern.replaceAll("'", "''")}'` : scalar(pattern);
}

function onOneLine(text: string): string {
  return text.replace(/[\p{C}\s]+/gu, ' ').trim();
}
