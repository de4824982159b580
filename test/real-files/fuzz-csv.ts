import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../../core/errors.ts';
import type { TableReader } from '../../core/ports/evaluate/table-reader.ts';
import { ensurePythonEnvironment } from '../../scripts/python-environment.ts';
import { runOrThrow } from '../../scripts/run-command.ts';
import { seededRandom } from '../../testkit/seeded-random.ts';
import { type PeerColumn, readColumns, shownColumn } from './column-values.ts';
import type { Finding } from './finding.ts';
import { type RandomCsv, randomCsv } from './random-csv.ts';

interface PeerTable {
  readonly file: string;
  /** Why pandas refuses it. */
  readonly error?: string;
  readonly columns?: Readonly<Record<string, PeerColumn>>;
}

/** Random CSV files: the values of pandas, or a refusal; and a refusal wherever pandas' strict reader refuses. */
export async function fuzzCsv(seed: number, count: number, tables: TableReader): Promise<readonly Finding[]> {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-fuzz-csv-'));
  try {
    const made = Array.from({ length: count }, (_, at) => randomCsv(seededRandom(seed * 100_003 + at)));
    const files = made.map((one, at) => ({ file: `${at}.csv`, delimiter: one.delimiter, encoding: one.encoding }));
    await writeFile(join(folder, 'files.json'), JSON.stringify(files));
    for (const [at, one] of made.entries()) await writeFile(join(folder, `${at}.csv`), bytesOf(one));
    const { python } = await ensurePythonEnvironment('corpus');
    await runOrThrow(python, ['-B', join(dirname(fileURLToPath(import.meta.url)), 'fuzz_csv.py'), folder]);
    const peers: readonly PeerTable[] = JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8'));
    const findings: Finding[] = [];
    for (const [at, one] of made.entries()) {
      const found = await readOrRefuse(tables, join(folder, `${at}.csv`), one.delimiter);
      const peer = peers[at];
      if (found === undefined || isSame(found, peer)) continue;
      findings.push({
        seed,
        input: `${one.fault}: ${JSON.stringify(one.text)}`,
        own: shownTable(found),
        peer: shownPeer(peer),
      });
    }
    return findings;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function bytesOf({ text, encoding }: RandomCsv): Buffer {
  return Buffer.from(text, encoding === 'utf-16' ? 'utf16le' : 'utf8');
}

async function readOrRefuse(tables: TableReader, path: string, delimiter: string) {
  return readColumns(tables, path, { delimiter }).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    return undefined;
  });
}

function isSame(found: Readonly<Record<string, PeerColumn>>, peer: PeerTable | undefined): boolean {
  return peer?.columns !== undefined && isDeepStrictEqual(shownTable(found), shownTable(peer.columns));
}

function shownPeer(peer: PeerTable | undefined): unknown {
  return peer?.columns === undefined ? `refused: ${peer?.error}` : shownTable(peer.columns);
}

function shownTable(columns: Readonly<Record<string, PeerColumn>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, shownColumn(column)]));
}
