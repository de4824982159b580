import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { workerEntry } from '../../../../core/adapters/threads/worker-entry.ts';

const ADAPTERS = new URL('../../../../core/adapters/', import.meta.url);

describe('workerEntry', () => {
  it('is the module in the source tree', () => {
    const found = workerEntry('dvc/has-rows-worker');
    expect(found.href).toBe(new URL('dvc/has-rows-worker.ts', ADAPTERS).href);
    expect(existsSync(found)).toBe(true);
  });

  it('is the compiled module where the sources are compiled', () => {
    const here = 'file:///p/lib/core/adapters/threads/worker-entry.js';
    expect(workerEntry('onnx/session-worker', here).href).toBe('file:///p/lib/core/adapters/onnx/session-worker.js');
  });

  it.each(['index.js', '118.index.js'])('is the file next to %s in a bundle', (file) => {
    const here = `file:///core/adapters/threads/dist/${file}`;
    expect(workerEntry('onnx/session-worker', here).href).toBe('file:///core/adapters/threads/dist/session-worker.js');
  });
});
