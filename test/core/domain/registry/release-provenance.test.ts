import { describe, expect, it } from 'vitest';
import { uploadRefusal } from '../../../../core/domain/registry/release-provenance.ts';

const START = Date.parse('2026-03-01T12:00:05Z');
const END = Date.parse('2026-03-01T12:00:09Z');
const job = { name: 'register', conclusion: 'success', startedAtMs: START, completedAtMs: END };
const refusal = (uploadedAtMs: number, isOwnRun = false) => uploadRefusal(uploadedAtMs, [job], isOwnRun);

describe('uploadRefusal', () => {
  it.each([START, START + 1, END, END + 999])('takes an upload at %d, in the seconds of the job', (uploadedAtMs) => {
    expect(refusal(uploadedAtMs)).toBeUndefined();
  });

  it.each([START - 1, START - 60_000, END + 1000])(
    'refuses an upload at %d, before or after the job',
    (uploadedAtMs) => {
      expect(refusal(uploadedAtMs)).toBe('its document was not uploaded by a register job that succeeded');
    },
  );

  it('takes that of a job that goes on only for the run that asks', () => {
    const running = { ...job, conclusion: null, completedAtMs: undefined };
    expect(uploadRefusal(END, [running], true)).toBeUndefined();
    expect(uploadRefusal(END, [running], false)).toContain('register job that succeeded');
  });

  it.each(['register', 'release / register', 'register (flight-delay)'])('knows the job %s', (name) => {
    expect(uploadRefusal(START, [{ ...job, name }], false)).toBeUndefined();
  });

  it.each(['register-early', 'Register', 'register / train', ''])('takes the job %j for another', (name) => {
    expect(uploadRefusal(START, [{ ...job, name }], false)).toBe('its run has no job named register');
  });
});
