import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { markdownTable } from 'markdown-table';
import { Document } from 'yaml';
import { tidegateJsonSchema } from '../core/config/json-schema.ts';
import { type ConfigKey, type ConfigSchema, configKeys } from './config-keys.ts';
import { PROJECT_ROOT } from './project-root.ts';

/** The page that this program writes. */
export const REFERENCE_PAGE = 'docs/reference/tidegate.yaml.md';

/** Columns are not padded: one changed description would change every line. */
const COMPACT = { alignDelimiters: false };
const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  object: 'mapping',
  boolean: '`true` or `false`',
};

const BEGINNING = `# Reference of tidegate.yaml

\`\`\`yaml
version: 1
models:
  flight-delay:
    task: binary-classification
    artifact: model/model.onnx
    data: { label: late }
    evaluate: { dataset: data/test.csv }
    gate: { rules: [{ metric: roc_auc, min: 0.65 }] }
\`\`\`

This file has every key that must be there. With this first line, editors show the text of this page and complete keys:

\`\`\`yaml
# yaml-language-server: $schema=https://raw.githubusercontent.com/tidegate/tidegate/v1/core/config/tidegate.schema.json
\`\`\`

- **Files** are relative to the folder of \`tidegate.yaml\`.
- A **duration** is a whole number and a unit: \`30m\`, \`24h\`, \`7d\` (\`s\`, \`m\`, \`h\`, \`d\`, \`w\`).
- A **size** is a number and a unit: \`50MB\` is 50,000,000 bytes, \`1GiB\` is 2^30 bytes.
- A **percentage** is relative to the champion's value: \`1%\`.
- An unknown key is an error, which names the nearest known key. All problems are reported at once, each with its line.

This page is generated from [the JSON Schema](../../core/config/tidegate.schema.json): \`node
scripts/generate-config-reference.ts\`.
`;

/** The reference of tidegate.yaml, as Markdown: one table per mapping, with type, default, meaning and an example. */
export function configReference(): string {
  // z.toJSONSchema returns a JSON Schema object; ConfigSchema names the members that are read here.
  const keys = configKeys(tidegateJsonSchema() as ConfigSchema);
  const titles = [...new Set(keys.map(titleOf))];
  const tables = titles.map((title) => {
    const rows = keys.filter((key) => titleOf(key) === title).map(row);
    return `## ${title}\n\n${markdownTable([['key', 'type', 'default', 'meaning', 'example'], ...rows], COMPACT)}\n`;
  });
  return [BEGINNING, ...tables].join('\n');
}

function titleOf({ section, task }: ConfigKey): string {
  const title = section === '' ? 'The top of the file' : code(section);
  return task === undefined ? title : `${title} of ${code(`task: ${task}`)}`;
}

function row({ name, isRequired, schema }: ConfigKey): readonly string[] {
  const value = schema.default === undefined ? '' : code(inline(schema.default));
  const example = schema.examples?.[0];
  return [
    code(name),
    typeOf(schema),
    isRequired ? '**required**' : value,
    cell(schema.description ?? ''),
    example === undefined
      ? ''
      : code(
          inline({ [name]: example })
            .slice(1, -1)
            .trim(),
        ),
  ];
}

function typeOf(schema: ConfigSchema): string {
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(', or ');
  if (schema.const !== undefined) return code(String(schema.const));
  if (schema.enum !== undefined) return schema.enum.map((one) => code(String(one))).join(', ');
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}`;
  const type = schema.title ?? TYPES[schema.type ?? ''] ?? schema.type ?? '';
  return [type, rangeOf(schema)].filter((part) => part !== '').join(', ');
}

function rangeOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: ConfigSchema): string {
  const from = minimum === undefined ? bound('above', exclusiveMinimum) : bound('at least', minimum);
  // The library gives whole numbers the bounds of exact ones.
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  const to = most === undefined ? bound('below', exclusiveMaximum) : bound('at most', most);
  return [from, to].filter((part) => part !== '').join(', ');
}

function bound(word: string, value: number | undefined): string {
  return value === undefined ? '' : `${word} ${value}`;
}

/** A value on one line of YAML. */
function inline(value: unknown): string {
  const document = new Document(value, { version: '1.2' });
  return document.toString({ collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: true }).trim();
}

/** A description with its placeholders as code: Markdown reads `<name>` as HTML. */
function cell(text: string): string {
  return text.replace(/\{\w+\}|[\w:]*<\w+>[\w<>]*/g, code).replaceAll('|', '\\|');
}

function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const path = join(PROJECT_ROOT, REFERENCE_PAGE);
  const isCurrent = existsSync(path) && readFileSync(path, 'utf8') === configReference();
  if (!process.argv.includes('--check')) writeFileSync(path, configReference());
  else if (!isCurrent) {
    console.error(`${REFERENCE_PAGE} is not current. Run: node scripts/generate-config-reference.ts`);
    process.exitCode = 1;
  }
}
