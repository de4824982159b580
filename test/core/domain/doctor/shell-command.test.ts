import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { ghApi, shellWord } from '../../../../core/domain/doctor/shell-command.ts';

const HOSTILE = ["it's", '$(id)', '`id`', 'a;b', 'a b', '"', '\\', '*', '~', '-n', '', 'ü'];

describe('shellWord', () => {
  it.each(HOSTILE)('is the text itself for a shell: %j', (text) => {
    const shown = execFileSync('sh', ['-c', `printf '%s' ${shellWord(text)}`], { encoding: 'utf8' });
    expect(shown).toBe(text);
  });
});

describe('ghApi', () => {
  it.each(HOSTILE)('hands a body with %j on as it is', (text) => {
    const command = ghApi({ method: 'POST', path: 'repos/a/b/rulesets', body: { name: text } });
    const script = `gh() { printf '%s\\n' "$@" >&2; cat; }\n${command}`;
    expect(JSON.parse(execFileSync('sh', ['-c', script], { encoding: 'utf8', stdio: 'pipe' }))).toEqual({ name: text });
  });
});
