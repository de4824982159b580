import { describe, expect, it } from 'vitest';
import { dialectOf } from '../../../../core/domain/warehouse/dialects/dialect-of.ts';
import { columnTypeOf, DIALECT_NAMES } from '../../../../core/domain/warehouse/warehouse-dialect.ts';

describe('columnTypeOf', () => {
  it.each([
    ['integer', 'bigint INT64 int4 smallint NUMBER(38,0)[SB1] UBIGINT hugeint tinyint'],
    ['real', 'double float8 FLOAT64 real decimal(10,2) numeric NUMBER(10,2)[SB8] FLOAT[DOUBLE] BIGNUMERIC'],
    ['boolean', 'boolean BOOL BOOLEAN[LOB]'],
    ['time', 'date DATE[SB4] timestamp TIMESTAMP_NTZ(9)[SB8] timestamp_ntz datetime'],
    ['text', 'text varchar varchar(3) STRING VARCHAR(16777216)[LOB] char(2) uuid'],
    ['other', 'array(bigint) map<string,int> struct<a:int> json bytea interval'],
  ] as const)('knows what is %s', (type, names) => {
    expect(names.split(' ').map((name) => [name, columnTypeOf(name)])).toEqual(
      names.split(' ').map((name) => [name, type]),
    );
  });

  it('knows types of several words', () => {
    const names = [
      'double precision',
      'character varying',
      'timestamp without time zone',
      'timestamp(3) with time zone',
    ];
    expect(names.map(columnTypeOf)).toEqual(['real', 'text', 'time', 'time']);
  });
});

describe('literals', () => {
  const hostile = ["O'Brien", "a\\'; DROP TABLE t; --", '-- x', '$$', `a"b`, '\u0024{x}', 'ünï', '\n'];
  it.each(DIALECT_NAMES)('of texts hold no character that an engine may read as more: %s', (name) => {
    for (const text of hostile) {
      const sql = dialectOf(name).literal(text);
      expect(sql, text).toMatch(/^[\w (),']+$/);
      expect(sql.toLowerCase(), text).toContain(Buffer.from(text).toString('hex'));
    }
    expect(dialectOf(name).literal('north-west 2')).toBe("'north-west 2'");
  });
});
