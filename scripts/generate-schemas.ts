import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { dataSchemaJsonSchema, tidegateJsonSchema } from '../core/config/json-schema.ts';
import { reportSchemas } from '../core/reports/read-report.ts';

/** Writes the published JSON Schemas from the Zod schemas; `--check` only tells whether they are current. */
const files = new Map<string, Record<string, unknown>>([
  ['core/config/tidegate.schema.json', tidegateJsonSchema()],
  ['core/config/data-schema.schema.json', dataSchemaJsonSchema()],
  ...Object.entries(reportSchemas).map(([kind, schema]): [string, Record<string, unknown>] => [
    `core/reports/schemas/${kind}.schema.json`,
    {
      $id: `https://tidegate.dev/${kind}/v1`,
      ...z.toJSONSchema(schema, { target: 'draft-2020-12', override: withoutReadOnly }),
    },
  ]),
]);

/** Our types are read-only; whether a program that reads a report changes its copy is not our business. */
function withoutReadOnly({ jsonSchema }: { readonly jsonSchema: { readOnly?: unknown } }): void {
  delete jsonSchema.readOnly;
}

const check = process.argv.includes('--check');
for (const [path, schema] of files) {
  const wanted = `${JSON.stringify(schema, null, 2)}\n`;
  const url = new URL(`../${path}`, import.meta.url);
  if (!check) await writeFile(url, wanted);
  else if ((await readFile(url, 'utf8').catch(() => '')) !== wanted) {
    console.error(`${path} is not current. Run: node scripts/generate-schemas.ts`);
    process.exitCode = 1;
  }
}
