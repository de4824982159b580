import { describe, expect, it } from 'vitest';
import { readSources } from './import-graph.ts';

/** Facts that are written in one file, and imported everywhere else. */
const FACTS: readonly { readonly fact: string; readonly text: RegExp; readonly file: string }[] = [
  { fact: 'the length of a day', text: /\b86_?400_?000\b|24 \* 60 \* 60 \* 1_?000/, file: 'core/domain/time/day.ts' },
  {
    fact: "the login of a workflow's token",
    text: /['"]github-actions\[bot\]['"]/,
    file: 'core/domain/policy/workflow-login.ts',
  },
  {
    fact: "the name of the policy's file",
    text: /(?<!title: )['"]tidegate\.yaml['"]/,
    file: 'core/domain/policy/config-file.ts',
  },
];

const sources = readSources(['core', 'actions', 'bot', 'cli']);

describe('one place', () => {
  it.each(FACTS)('has $fact', ({ text, file }) => {
    expect(sources.filter((source) => text.test(source.text)).map(({ path }) => path)).toEqual([file]);
  });
});
