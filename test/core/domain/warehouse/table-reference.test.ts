import { describe, expect, it } from 'vitest';
import { dialectOf } from '../../../../core/domain/warehouse/dialects/dialect-of.ts';
import {
  fromReference,
  isTableAddress,
  parseTableReference,
} from '../../../../core/domain/warehouse/table-reference.ts';
import type { DialectName } from '../../../../core/domain/warehouse/warehouse-dialect.ts';

function fromOf(text: string, dialect: DialectName): string | undefined {
  const reference = parseTableReference(text);
  if ('problem' in reference) throw new Error(reference.problem);
  return fromReference(reference, dialectOf(dialect));
}

describe('isTableAddress', () => {
  it('tells tables of a warehouse from files and other addresses', () => {
    expect(['sql://t', 'sql://(SELECT 1)', 'data/t.parquet', 's3://b/t', 'sql:t'].map(isTableAddress)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('parseTableReference', () => {
  it('reads names, versions and queries', () => {
    expect(parseTableReference('sql://a.b.c')).toMatchObject({
      kind: 'table',
      parts: ['a', 'b', 'c'],
      version: undefined,
    });
    expect(parseTableReference('sql://c@42')).toMatchObject({ version: { kind: 'snapshot', number: '42' } });
    expect(parseTableReference('sql://c@2026-01-31T00:00:00Z')).toMatchObject({ version: { kind: 'instant' } });
    for (const text of ['sql://(SELECT 1;)', 'sql:// SELECT 1', 'sql://( SELECT 1 )']) {
      expect(parseTableReference(text)).toMatchObject({ kind: 'query', sql: 'SELECT 1' });
    }
  });

  it.each([
    ['sql://', 'names no table'],
    ['sql://a.b.c.d', 'has 4 names, and a table has 3 at most'],
    ['sql://a..c', 'has an empty name'],
    ['sql://a\u0000b', 'has a control character in a name'],
    ['sql://(SELECT 1', 'has no ) at the end of its query'],
    ['sql://()', 'has an empty query'],
    ['sql://t@yesterday', expect.stringContaining('names no version after @')],
    ['t', 'does not begin with sql://'],
  ])('says what is wrong with %j', (text, problem) => {
    expect(parseTableReference(text)).toEqual({ problem });
  });
});

describe('fromReference', () => {
  it.each([
    ['postgres', '"a"."b""; DROP"'],
    ['trino', '"a"."b""; DROP"'],
    ['snowflake', '"a"."b""; DROP"'],
    ['duckdb', '"a"."b""; DROP"'],
    ['spark', '`a`.`b"; DROP`'],
    ['databricks', '`a`.`b"; DROP`'],
    ['bigquery', '`a.b"; DROP`'],
  ] as const)('quotes names, so that none of them is more than a name: %s', (dialect, from) => {
    expect(fromOf('sql://a.b"; DROP', dialect)).toBe(from);
  });

  it('ends a quoted name at no character of it', () => {
    expect(fromOf('sql://a`b', 'spark')).toBe('`a``b`');
    expect(fromOf('sql://a\\`b', 'bigquery')).toBe('`a\\\\\\`b`');
  });

  it('names a version as the engine does, and none that it has not', () => {
    expect(fromOf('sql://t@42', 'trino')).toBe('(SELECT * FROM "t" FOR VERSION AS OF 42)');
    expect(fromOf('sql://t@42', 'spark')).toBe('(SELECT * FROM `t` VERSION AS OF 42)');
    const instant = 'sql://t@2026-01-31T00:00:00Z';
    expect(fromOf(instant, 'bigquery')).toBe(
      "(SELECT * FROM `t` FOR SYSTEM_TIME AS OF TIMESTAMP '2026-01-31T00:00:00Z')",
    );
    for (const dialect of ['postgres', 'duckdb'] as const) expect(fromOf(instant, dialect)).toBeUndefined();
    for (const dialect of ['bigquery', 'snowflake'] as const) expect(fromOf('sql://t@42', dialect)).toBeUndefined();
  });

  it('keeps a comment at the end of a query from what follows', () => {
    expect(fromOf('sql://(SELECT 1 AS a -- all)', 'postgres')).toBe('(SELECT 1 AS a -- all\n)');
  });
});
