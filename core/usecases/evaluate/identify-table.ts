import type { ArtifactHasher } from '../../ports/evaluate/artifact-hasher.ts';
import type { SqlEngine } from '../../ports/evaluate/sql-engine.ts';
import type { IdentifiedDataset } from './hash-dataset.ts';
import { askNumbers, type WarehouseTable } from './warehouse-table.ts';

/** A prime below 2^15: sums of its squares are exact up to 8,000 million rows. */
const MODULUS = 32_749;
/** Primes that no two columns share, so that values that change places between columns are found. */
const FACTORS = [1, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97];

/** Dependencies of identifying a table. */
export interface TableIdentityPorts {
  readonly engine: SqlEngine;
  readonly hasher: Pick<ArtifactHasher, 'hashText'>;
}

/**
 * Identity of a table's rows: by its name and version where the reference names one, since that never changes; else by
 * aggregates of the columns that are judged. Two tables of the same rows have the same digest in one engine; rows that were
 * changed on purpose so that all sums stay the same are not found.
 */
export async function identifyTable(
  { reference, from, table }: WarehouseTable,
  names: readonly string[],
  { engine, hasher }: TableIdentityPorts,
): Promise<IdentifiedDataset> {
  const { dialect } = engine;
  const known = { origin: engine.isRemote ? 'fetched' : 'made', note: undefined } as const;
  if (reference.kind === 'table' && reference.version !== undefined) {
    const version = reference.version.kind === 'snapshot' ? reference.version.number : reference.version.at;
    const digest = hasher.hashText(JSON.stringify(['table-version/v1', dialect.name, ...reference.parts, version]));
    return { digest, ...known, warehouse: { dialect: dialect.name, identity: 'version', version } };
  }
  const columns = names.filter((name) => table.columns.find((one) => one.name === name)?.type !== 'other');
  const hashes = columns.map((name, at) => {
    const hash = dialect.hash(dialect.text(`t.${dialect.identifier(name)}`));
    return `mod(${hash}, ${MODULUS}) AS h${at}`;
  });
  const present = columns.map(
    (name, at) => `CASE WHEN t.${dialect.identifier(name)} IS NULL THEN 0 ELSE 1 END AS n${at}`,
  );
  const ofRow = (shift: number) => {
    const terms = columns.map((_, at) => `${FACTORS[(at + shift) % FACTORS.length] ?? 1} * s.h${at}`);
    return `mod(${terms.join(' + ')}, ${MODULUS})`;
  };
  const kept = columns.map((_, at) => `s.n${at} AS n${at}`);
  const rows = `(SELECT ${[...kept, `${ofRow(0)} AS h`, `${ofRow(7)} AS k`].join(', ')} FROM (SELECT ${[...hashes, ...present].join(', ')} FROM ${from} AS t) AS s) AS r`;
  const sums = await askNumbers(
    ['COUNT(*)', ...columns.map((_, at) => `SUM(r.n${at})`), 'SUM(r.h * r.h)', 'SUM(r.k * r.k)', 'SUM(r.h * r.k)'],
    rows,
    engine,
  );
  const digest = hasher.hashText(JSON.stringify(['table-aggregates/v1', dialect.name, columns, sums]));
  return { digest, ...known, warehouse: { dialect: dialect.name, identity: 'aggregates' } };
}
