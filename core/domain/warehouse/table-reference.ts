import type { TableVersion, WarehouseDialect } from './warehouse-dialect.ts';

/** A table of the warehouse, or a query of it. */
export type TableReference =
  | {
      readonly kind: 'table';
      /** From the outermost one: catalog, schema, table. */
      readonly parts: readonly string[];
      readonly version: TableVersion | undefined;
      readonly text: string;
    }
  | { readonly kind: 'query'; readonly sql: string; readonly text: string };

const ADDRESS = /^sql:\/\//;
const MOST_PARTS = 3;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?Z$/;

/** True if a path of tidegate.yaml names data of the warehouse. */
export function isTableAddress(text: string): boolean {
  return ADDRESS.test(text);
}

/**
 * Reads `sql://catalog.schema.table`, `sql://table@<version>` or `sql://(SELECT …)`.
 *
 * @returns What is wrong with the text, a clause, where it is none.
 * @example parseTableReference('sql://').problem // => 'names no table'
 */
export function parseTableReference(text: string): TableReference | { readonly problem: string } {
  if (!isTableAddress(text)) return { problem: 'does not begin with sql://' };
  const body = text.replace(ADDRESS, '').trim();
  if (body === '') return { problem: 'names no table' };
  if (body.startsWith('(')) {
    return body.endsWith(')') ? queryOf(body.slice(1, -1), text) : { problem: 'has no ) at the end of its query' };
  }
  if (/^(?:select|with)\s/i.test(body)) return queryOf(body, text);
  const at = body.lastIndexOf('@');
  const parts = (at === -1 ? body : body.slice(0, at)).split('.');
  if (parts.length > MOST_PARTS) return { problem: `has ${parts.length} names, and a table has ${MOST_PARTS} at most` };
  const odd = parts.find((part) => part === '' || isHostile(part));
  if (odd !== undefined) return { problem: `has ${odd === '' ? 'an empty name' : 'a control character in a name'}` };
  if (at === -1) return { kind: 'table', parts, version: undefined, text };
  const version = versionOf(body.slice(at + 1));
  if (version === undefined) {
    return {
      problem: 'names no version after @: a snapshot is a whole number, an instant such as 2026-01-31T00:00:00Z',
    };
  }
  return { kind: 'table', parts, version, text };
}

function queryOf(body: string, text: string): TableReference | { readonly problem: string } {
  const sql = body.trim().replace(/;$/, '').trim();
  return sql === '' ? { problem: 'has an empty query' } : { kind: 'query', sql, text };
}

function versionOf(text: string): TableVersion | undefined {
  if (/^\d{1,20}$/.test(text)) return { kind: 'snapshot', number: text };
  return INSTANT.test(text) ? { kind: 'instant', at: text } : undefined;
}

/** True if a name has a character that no engine keeps in a quoted name. */
export function isHostile(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  return /[\u0000-\u001f\u007f]/.test(name);
}

/**
 * SQL after FROM for a table or query, without an alias.
 *
 * @returns Undefined where the engine has no such version of a table.
 */
export function fromReference(reference: TableReference, dialect: WarehouseDialect): string | undefined {
  // A comment at the end of a query must not swallow what follows.
  if (reference.kind === 'query') return `(${reference.sql}\n)`;
  const table = dialect.table(reference.parts);
  return reference.version === undefined ? table : dialect.versionOf(table, reference.version);
}
