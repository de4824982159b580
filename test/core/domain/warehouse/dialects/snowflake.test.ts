import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ensurePythonEnvironment } from '../../../../../scripts/python-environment.ts';
import { areEnginesWanted } from '../../../../../testkit/engines/engine-programs.ts';
import { everyStatement } from '../../../../../testkit/engines/every-statement.ts';
import { runProgram } from '../../../../../testkit/run-program.ts';

/** Runs statements on three rows of a stand-in that translates Snowflake's SQL. It has no SYSTEM$TYPEOF. */
const RUN = `
import json, sys, warnings
warnings.simplefilter('ignore')
import fakesnow, snowflake.connector
problems = []
with fakesnow.patch():
    cursor = snowflake.connector.connect(database='DB', schema='ML').cursor()
    cursor.execute('CREATE SCHEMA IF NOT EXISTS "ml"')
    columns = ['"id" INTEGER', '"late" INTEGER', '"weight" DOUBLE', '"re gion" VARCHAR', '"a""b" DOUBLE', '"b" DOUBLE',
               '"time" TIMESTAMP_NTZ', '"day" DATE', '"zoneless" TIMESTAMP_NTZ', '"flag" BOOLEAN']
    cursor.execute('CREATE TABLE "ml"."scores" (' + ', '.join(columns) + ')')
    for row in range(3):
        values = [str(row), str(row % 2), '1.5', "'O''Brien'", '0.%d' % (row + 2), '0.5', "'2026-01-01 00:00:00'",
                  "'2026-01-01'", "'2026-01-01 00:00:00'", 'TRUE']
        cursor.execute('INSERT INTO "ml"."scores" VALUES (' + ', '.join(values) + ')')
    ran = 0
    for sql in json.load(open(sys.argv[1])):
        if 'SYSTEM$TYPEOF' in sql:
            continue
        try:
            cursor.execute(sql)
            cursor.fetchall()
            ran += 1
        except Exception as error:
            problems.append(str(error)[:300] + ' in ' + sql[:300])
print(json.dumps([ran, problems]))
`;

const HOW = areEnginesWanted() ? '' : ' (run by: npm test -- --engines)';

describe(`Snowflake's statements${HOW}`, () => {
  it.skipIf(!areEnginesWanted())('run in a stand-in for Snowflake', async () => {
    const { python } = await ensurePythonEnvironment('engines');
    const folder = await mkdtemp(path.join(tmpdir(), 'snowflake-'));
    const statements = everyStatement('snowflake');
    await writeFile(path.join(folder, 'statements.json'), JSON.stringify(statements));
    const env = { PATH: process.env.PATH ?? '', HOME: folder };
    const { stdout, stderr } = await runProgram(python, ['-c', RUN, 'statements.json'], { cwd: folder, env });
    await rm(folder, { recursive: true, force: true });
    expect(JSON.parse(stdout || JSON.stringify(stderr))).toEqual([statements.length - 1, []]);
  });
});
