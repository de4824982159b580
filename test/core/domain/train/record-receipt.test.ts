import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isRecordConfirmed, recordReceiptText } from '../../../../core/domain/train/record-receipt.ts';

const hashText = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const recorded = [{ file: 'dvc.lock', stage: 'train', entry: '  train:\n', files: [{ path: 'm.json', text: '{}' }] }];
const artifactDigest = 'sha256:a';
const receipt = hashText(recordReceiptText(artifactDigest, recorded));
const claim = { isWanted: true, recorded, artifactDigest, receipt };

describe('isRecordConfirmed', () => {
  it('is true for the artifact and the entries that were pushed', () => {
    expect(isRecordConfirmed(claim, hashText)).toBe(true);
  });

  it.each([
    { name: 'train.record is not set', change: { isWanted: false } },
    { name: 'nothing was recorded', change: { recorded: undefined, receipt: undefined } },
  ])('is false where $name', ({ change }) => {
    expect(isRecordConfirmed({ ...claim, ...change }, hashText)).toBe(false);
  });

  const [one] = recorded;
  it.each([
    { name: 'no job pushed', change: { receipt: undefined }, code: 'OBJECT_MISSING' },
    { name: 'the artifact is another one', change: { artifactDigest: 'sha256:b' }, code: 'ARTIFACT_MISMATCH' },
    { name: 'an entry is another one', change: { recorded: [{ ...one, entry: 'x' }] }, code: 'ARTIFACT_MISMATCH' },
    { name: 'a file is missing', change: { recorded: [{ ...one, files: [] }] }, code: 'ARTIFACT_MISMATCH' },
  ])('refuses where $name', ({ change, code }) => {
    expect(() => isRecordConfirmed({ ...claim, ...change } as typeof claim, hashText)).toThrow(
      expect.objectContaining({ code }),
    );
  });
});
