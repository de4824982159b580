import { describe, expect, it } from 'vitest';
import { ZipReportArchive } from '../../../core/adapters/files/zip-report-archive.ts';
import type { ReportArchive } from '../../../core/ports/store/report-archive.ts';
import { BOT_LIMITS } from '../../../core/reports/limits.ts';
import { InMemoryReportArchive } from '../../../testkit/fakes/in-memory-report-archive.ts';
import { createZip } from '../../../testkit/zip.ts';

interface World {
  readonly archive: ReportArchive;
  readonly pack: (files: Readonly<Record<string, string>>) => Uint8Array;
}

/** What every `ReportArchive` keeps. */
function contract(name: string, { archive, pack }: World): void {
  describe(name, () => {
    const read = (bytes: Uint8Array, names: readonly string[]) => archive.read(async () => bytes, names);

    it('gives the wanted files that are there', async () => {
      const packed = pack({ 'evaluation.json': '{"é":1}', 'other.json': '{}' });
      const found = await read(packed, ['evaluation.json', 'absent.json']);
      expect([...found].map(([file, bytes]) => [file, new TextDecoder().decode(bytes)])).toEqual([
        ['evaluation.json', '{"é":1}'],
      ]);
    });

    it('refuses what is no archive, and a wanted file that is too large', async () => {
      await expect(read(new TextEncoder().encode('no archive'), ['a'])).rejects.toMatchObject({
        code: 'REPORT_INVALID',
      });
      const large = pack({ 'evaluation.json': ' '.repeat(BOT_LIMITS.maxBytes + 1), 'small.json': '{}' });
      await expect(read(large, ['evaluation.json'])).rejects.toMatchObject({ code: 'REPORT_TOO_LARGE' });
      expect([...(await read(large, ['small.json'])).keys()]).toEqual(['small.json']);
    });

    it('fetches one archive at a time, and hands the error of a fetch on', async () => {
      const underway = { now: 0, most: 0 };
      const fetch = async () => {
        underway.now += 1;
        underway.most = Math.max(underway.most, underway.now);
        await Promise.resolve();
        underway.now -= 1;
        return pack({ a: '1' });
      };
      const failing = archive.read(async () => {
        throw new RangeError('gone');
      }, ['a']);
      const all = await Promise.allSettled([failing, archive.read(fetch, ['a']), archive.read(fetch, ['a'])]);
      expect(all.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
      await expect(failing).rejects.toThrow(RangeError);
      expect(underway.most).toBe(1);
    });
  });
}

contract('ZipReportArchive', {
  archive: new ZipReportArchive(),
  pack: (files) => createZip(Object.entries(files).map(([name, content]) => ({ name, content }))),
});
contract('InMemoryReportArchive', { archive: new InMemoryReportArchive(), pack: InMemoryReportArchive.pack });
