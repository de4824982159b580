import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { DIALECT_NAMES } from '../../../../core/domain/warehouse/warehouse-dialect.ts';
import { ensurePythonEnvironment } from '../../../../scripts/python-environment.ts';
import { everyStatement } from '../../../../testkit/engines/every-statement.ts';
import { runProgram } from '../../../../testkit/run-program.ts';

/** Prints what sqlglot refuses, and functions that it does not know. */
const PARSE = `
import json, sys
import sqlglot
from sqlglot import errors, exp
dialect, statements = json.load(open(sys.argv[1]))
problems = []
for sql in statements:
    try:
        found = sqlglot.parse(sql, dialect=dialect)
        if len(found) != 1 or found[0].find(exp.Command):
            problems.append('not one statement: ' + sql[:200])
    except errors.ParseError as error:
        problems.append(str(error)[:500] + ' in ' + sql[:300])
print(json.dumps(problems))
`;

describe('each dialect', () => {
  it.each(DIALECT_NAMES)('writes statements that a parser of it reads: %s', async (name) => {
    const { python } = await ensurePythonEnvironment('checks');
    const folder = await mkdtemp(path.join(tmpdir(), 'dialects-'));
    await writeFile(path.join(folder, 'statements.json'), JSON.stringify([name, everyStatement(name)]));
    const env = { PATH: process.env.PATH ?? '' };
    const { stdout, stderr } = await runProgram(python, ['-c', PARSE, 'statements.json'], { cwd: folder, env });
    await rm(folder, { recursive: true, force: true });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual([]);
  });
});
