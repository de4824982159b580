import { parseConfig } from '../../config/parse-config.ts';
import { targetProblems } from '../../config/target-problems.ts';
import type { TidegateConfig } from '../../config/tidegate-config.ts';
import { readTargets } from '../../domain/manifest/edit-manifest.ts';
import type { UntrustedParser } from '../../ports/store/untrusted-parser.ts';
import { readUntrustedReport } from '../../reports/read-report.ts';

/** A parser of configs, manifests and reports of people who are not trusted. */
export type BotParser = UntrustedParser<TidegateConfig>;

/** Parses in the caller's own thread: bounded by the sizes alone. The bot has a thread for it. */
export const inProcessParser: BotParser = {
  readTargets: async (text, targets) => readTargets(text, targets),
  checkTargets: async (config, manifests) => targetProblems(config, manifests),
  parseConfig: async (text) => parseConfig(text).config,
  readReport: async (kind, bytes) => readUntrustedReport(kind, bytes, `${kind}.json`),
};
