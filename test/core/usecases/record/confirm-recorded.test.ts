import { describe, expect, it } from 'vitest';
import { parsePlain } from '../../../../core/adapters/dvc/parse-plain.ts';
import { parseDvcFile } from '../../../../core/domain/data/tracked-output.ts';
import { confirmRecorded } from '../../../../core/usecases/record/confirm-recorded.ts';
import { InMemoryDataCache } from '../../../../testkit/fakes/in-memory-data-cache.ts';
import { InMemoryDataWorkspace } from '../../../../testkit/fakes/in-memory-data-workspace.ts';
import { InMemoryPlainFiles } from '../../../../testkit/fakes/in-memory-plain-files.ts';
import { entriesOf, FILES, LOCKS, METRICS, MODEL, md5, runsOf, withMd5 } from './recorded-world.ts';

const OTHER = md5('other');

async function confirm(recorded = entriesOf(), artifactName = md5(MODEL)): Promise<void> {
  const cache = new InMemoryDataCache();
  const pointer = `outs:\n- md5: ${md5('raw')}\n  hash: md5\n  path: raw.csv\n`;
  const outputs = parseDvcFile(await parsePlain(pointer, 'raw.csv.dvc'), 'raw.csv.dvc', new Map());
  const training = { runs: await runsOf(recorded), artifact: 'model.onnx', artifactName, outputs };
  return confirmRecorded(training, {
    ...{ cache, workspace: new InMemoryDataWorkspace(cache, FILES), md5OfText: md5 },
    files: new InMemoryPlainFiles({ 'params.yaml': '{"depth": 3}' }),
  });
}

describe('confirmRecorded', () => {
  it('accepts what an honest training recorded', () => expect(confirm()).resolves.toBeUndefined());

  const { prepare, train } = LOCKS;
  it.each([
    { name: 'a dependency that Git has', locks: { prepare, train: withMd5(train, 'train.py', OTHER) } },
    { name: 'a dependency that a pointer names', locks: { prepare: withMd5(prepare, 'raw.csv', OTHER), train } },
    { name: 'what the stage before made', locks: { prepare, train: withMd5(train, 'table', `${OTHER}.dir`) } },
    {
      name: 'a parameter',
      locks: { prepare, train: { ...train, params: new Map([['params.yaml', new Map([['depth', 4n]])]]) } },
    },
  ])('refuses a record with another value of $name', async ({ locks }) => {
    await expect(confirm(entriesOf(locks))).rejects.toMatchObject({ code: 'INPUTS_MISMATCH' });
  });

  it('refuses a file for Git that is not the recorded one', async () => {
    await expect(confirm(entriesOf(LOCKS, `${METRICS} `))).rejects.toMatchObject({ code: 'INPUTS_MISMATCH' });
  });

  it.each([
    {
      name: 'the record names another model',
      recorded: { prepare, train: withMd5(train, 'model.onnx', OTHER) },
      name2: md5(MODEL),
    },
    { name: 'another model was uploaded', recorded: LOCKS, name2: OTHER },
  ])('refuses where $name', async ({ recorded, name2 }) => {
    await expect(confirm(entriesOf(recorded), name2)).rejects.toMatchObject({ code: 'ARTIFACT_MISMATCH' });
  });
});
