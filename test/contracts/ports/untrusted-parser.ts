import { afterAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../../core/config/parse-config.ts';
import { targetProblems } from '../../../core/config/target-problems.ts';
import type { TidegateConfig } from '../../../core/config/tidegate-config.ts';
import { readTargets } from '../../../core/domain/manifest/edit-manifest.ts';
import { UserError } from '../../../core/errors.ts';
import type { UntrustedParser } from '../../../core/ports/store/untrusted-parser.ts';
import { BOT_LIMITS } from '../../../core/reports/limits.ts';
import { readUntrustedReport } from '../../../core/reports/read-report.ts';
import { ENVIRONMENTS, MINIMAL, MISTAKES } from '../../core/config/mistakes.ts';
import { SAMPLE_REPORTS } from '../../core/reports/sample-reports.ts';

const MANIFEST =
  'kind: Deployment\nmetadata: {name: d}\nspec: {template: {spec: {containers: [{name: c, image: a/b:1}]}}}\n';
const TARGET = { file: 'd.yaml', kind: 'Deployment', name: 'd' };
const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** What every `UntrustedParser` keeps: the results and errors of the functions themselves, to the last field. */
export function untrustedParserContract(
  name: string,
  parser: UntrustedParser<TidegateConfig>,
  close: () => Promise<void>,
): void {
  describe(name, () => {
    afterAll(close);

    it('gives the config that parseConfig gives', async () => {
      for (const text of [MINIMAL, ENVIRONMENTS]) {
        expect(await parser.parseConfig(text)).toEqual(parseConfig(text).config);
      }
    });

    it('tells every mistake of a config, where it is', async () => {
      for (const { text } of MISTAKES) {
        const found = await parser.parseConfig(text).catch((error: unknown) => error);
        expect(factsOf(found)).toEqual(factsOf(errorOf(() => parseConfig(text))));
      }
    });

    it('gives a reading of each target, with its value or its error', async () => {
      const targets = [TARGET, { ...TARGET, name: 'other' }, { ...TARGET, volume: 'x' }];
      const readings = await parser.readTargets(MANIFEST, targets);
      const wanted = readTargets(MANIFEST, targets);
      expect(readings.map(({ value }) => value)).toEqual(wanted.map(({ value }) => value));
      expect(readings.map(({ error }) => factsOf(error))).toEqual(wanted.map(({ error }) => factsOf(error)));
      expect(await parser.readTargets(MANIFEST, [])).toEqual([]);
      const broken = await parser.readTargets('a: [', [TARGET, TARGET]);
      expect(broken.map(({ error }) => error?.code)).toEqual(['MANIFEST_INVALID', 'MANIFEST_INVALID']);
    });

    it('gives the problems of targets, where they are', async () => {
      const files = [...ENVIRONMENTS.matchAll(/file: ([^,\s}]+)/g)].map(([, file = '']) => file);
      const manifests = files.map((file) => ({ file, text: MANIFEST }));
      const wanted = targetProblems(ENVIRONMENTS, manifests);
      expect(wanted.length).toBeGreaterThan(0);
      expect(await parser.checkTargets(ENVIRONMENTS, manifests)).toEqual(wanted);
      expect(await parser.checkTargets(ENVIRONMENTS, [])).toEqual([]);
      const found = await parser.checkTargets('models: [', []).catch((error: unknown) => error);
      expect(factsOf(found)).toEqual(factsOf(errorOf(() => targetProblems('models: [', []))));
    });

    it('gives the report, or why there is none', async () => {
      const report = SAMPLE_REPORTS.evaluation;
      expect(await parser.readReport('evaluation', bytesOf(report))).toEqual(report);
      for (const bytes of [bytesOf({}), bytesOf(SAMPLE_REPORTS.run), new Uint8Array(BOT_LIMITS.maxBytes + 1)]) {
        const found = await parser.readReport('evaluation', bytes).catch((error: unknown) => error);
        expect(factsOf(found)).toEqual(
          factsOf(errorOf(() => readUntrustedReport('evaluation', bytes, 'evaluation.json'))),
        );
      }
    });

    it('answers what is asked at once, each its own', async () => {
      const names = Array.from({ length: 50 }, (_, index) => `model-${index}`);
      const configs = await Promise.all(
        names.map((model) => parser.parseConfig(MINIMAL.replace('  m:', `  ${model}:`))),
      );
      expect(configs.map(({ models }) => Object.keys(models))).toEqual(names.map((model) => [model]));
    });
  });
}

function errorOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

/** All that a caller may look at. */
function factsOf(error: unknown) {
  if (error === undefined) return undefined;
  if (!(error instanceof UserError)) throw new Error(`no UserError: ${String(error)}`);
  const { name, code, message, fix, place, problems } = error;
  return { name, code, message, fix, place, problems };
}
