import { CONFIG_FILE } from '../../domain/policy/config-file.ts';
import type { EvaluationReport } from '../../reports/evaluation-report.ts';
import { type RuleOutcome, ruleOutcomes } from './rule-outcome.ts';

/** An issue of GitLab's code quality report, which is the part of Code Climate's format that GitLab reads. */
export interface CodeQualityIssue {
  readonly description: string;
  readonly check_name: string;
  readonly fingerprint: string;
  readonly severity: 'info' | 'minor' | 'major' | 'critical' | 'blocker';
  readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
}

/** Chosen: a widget shows one line each. */
const MAX_DESCRIPTION_CHARACTERS = 1000;

/** Context of a code quality report. */
export interface CodeQualityOptions {
  /** Path of tidegate.yaml in the repository; default: at its root. */
  readonly configFile?: string;
  /** Digest of a text. */
  readonly digestOf: (text: string) => string;
}

/**
 * The rules that did not pass as issues of GitLab's code quality report, each at its line of tidegate.yaml. The fingerprint of
 * a rule is the same in every run, so that GitLab shows what is new in a merge request and what it resolves.
 */
export function renderCodeQuality(
  report: EvaluationReport,
  { configFile = CONFIG_FILE, digestOf }: CodeQualityOptions,
): string {
  const issues = ruleOutcomes(report).flatMap((outcome): readonly CodeQualityIssue[] => {
    const severity = severityOf(outcome);
    if (severity === undefined) return [];
    const { name, metric, verdict, reason, line = 1 } = outcome;
    return [
      {
        description: plain(`${report.model}: ${name} (${verdict}). ${reason}`),
        check_name: plain(`tidegate/${metric}`),
        fingerprint: digestOf(JSON.stringify([configFile, report.model, name])),
        severity,
        location: { path: configFile, lines: { begin: line } },
      },
    ];
  });
  return `${JSON.stringify(issues, null, 2)}\n`;
}

/** Undefined for a rule without an issue. */
function severityOf({ verdict, blocks }: RuleOutcome): CodeQualityIssue['severity'] | undefined {
  if (verdict === 'fail') return blocks ? 'blocker' : 'major';
  if (verdict === 'inconclusive') return blocks ? 'critical' : 'minor';
  return undefined;
}

function plain(text: string): string {
  const line = text.replace(/\s+/g, ' ').replace(/\p{C}/gu, '\ufffd');
  return line.length > MAX_DESCRIPTION_CHARACTERS ? `${line.slice(0, MAX_DESCRIPTION_CHARACTERS - 1)}…` : line;
}
