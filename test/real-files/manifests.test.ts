import { existsSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { editManifest } from '../../core/domain/manifest/edit-manifest.ts';
import type { ManifestTarget } from '../../core/domain/policy/manifest-target.ts';
import { goProgramPath } from '../../scripts/go-program.ts';
import { makeInputs } from './make-inputs.ts';

interface ManifestCase {
  readonly name: string;
  readonly text: string;
  readonly target: Omit<ManifestTarget, 'file'>;
  /** What the documents say after the edit. */
  readonly said: readonly unknown[];
  /** Lines that the edit changes or adds. */
  readonly lines: number;
}

const VERSION = {
  version: '1.4.0',
  artifactUri: 's3://models/flights/sha256/cafe',
  image: { repository: 'ghcr.io/acme/flights', tag: '1.4.0', digest: `sha256:${'ab'.repeat(32)}` },
};
const kustomize = goProgramPath('kustomize');
const isThere = existsSync(kustomize);
// Without Go there is no kustomize to ask; `npm test` says so.
const made = isThere ? await makeInputs<ManifestCase>('manifests', { args: [kustomize] }) : undefined;

afterAll(() => made?.remove());

/** The lines of a text that are not in another one, each as often as it is there. */
function without(text: string, other: string): readonly string[] {
  const rest = other.split('\n');
  return text.split('\n').filter((line) => {
    const at = rest.indexOf(line);
    if (at !== -1) rest.splice(at, 1);
    return at === -1;
  });
}

describe.skipIf(!isThere)(
  'an edited manifest says what ruamel.yaml or kustomize make it say, in the fewest lines',
  () => {
    it.each(made?.cases ?? [])('$name', ({ text, target, said, lines }) => {
      for (const before of [text, text.replaceAll('\n', '\r\n')]) {
        const edited = editManifest(before, { file: 'm.yaml', ...target }, VERSION);
        expect(parseAllDocuments(edited.text).map((document) => document.toJS())).toEqual(said);
        expect(without(edited.text, before).length).toBeLessThanOrEqual(lines);
        expect(editManifest(edited.text, { file: 'm.yaml', ...target }, VERSION).changed).toBe(false);
      }
    });
  },
);
