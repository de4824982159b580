import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { dvcObjectKey, legacyObjectName } from '../../../../core/domain/data/dvc-object-key.ts';
import { ServiceError } from '../../../../core/errors.ts';
import type { DataRemote } from '../../../../core/ports/data/data-remote.ts';
import { findAbsent } from '../../../../core/usecases/data/find-absent.ts';

/** A remote that counts what it is asked. */
function countingRemote(names: readonly string[], options: { readonly mayList: boolean }) {
  const keys = names.map(dvcObjectKey);
  const asked = { lists: 0, heads: 0 };
  const remote: DataRemote = {
    uri: 'memory://remote',
    jobs: 8,
    read: async () => false,
    put: async () => {},
    stat: async (key) => {
      asked.heads += 1;
      return keys.includes(key) ? { key, sizeBytes: 1 } : undefined;
    },
    listPages: async function* (prefix) {
      asked.lists += 1;
      if (!options.mayList) throw new ServiceError('STORE_REFUSED', 'no', { fix: 'no', retryable: false });
      yield keys.filter((key) => key.startsWith(prefix));
    },
  };
  return { remote, asked };
}

const names = (count: number) =>
  Array.from({ length: count }, (_, index) => createHash('md5').update(String(index)).digest('hex'));

describe('findAbsent', () => {
  it('lists when that takes fewer requests', async () => {
    const all = names(500);
    const { remote, asked } = countingRemote(all.slice(1), { mayList: true });
    expect(await findAbsent(remote, all, 8)).toEqual([all[0]]);
    expect(asked).toEqual({ lists: 17, heads: 0 });
  });

  it('asks for each of a few', async () => {
    const all = names(20);
    const { remote, asked } = countingRemote(all.slice(2), { mayList: true });
    expect(await findAbsent(remote, all, 8)).toEqual(all.slice(0, 2));
    expect(asked).toEqual({ lists: 0, heads: 20 });
  });

  it('asks for each where it may not list', async () => {
    const all = names(300);
    const { remote, asked } = countingRemote(all, { mayList: false });
    expect(await findAbsent(remote, all, 8)).toEqual([]);
    expect(asked).toEqual({ lists: 1, heads: 300 });
  });

  it('looks for objects of DVC 2 where DVC 2 kept them', async () => {
    const [old = '', other = ''] = names(2);
    const { remote } = countingRemote([legacyObjectName(old)], { mayList: true });
    expect(await findAbsent(remote, [legacyObjectName(old), other, legacyObjectName(other)], 8)).toEqual([
      other,
      legacyObjectName(other),
    ]);
  });
});
