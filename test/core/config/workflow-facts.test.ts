import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readWorkflowFacts } from '../../../core/config/workflow-facts.ts';
import { PROJECT_ROOT } from '../../../scripts/project-root.ts';

describe('readWorkflowFacts', () => {
  it('sees in the template what keys each job reads, and which environment keeps them', () => {
    const template = readFileSync(join(PROJECT_ROOT, 'templates/workflows/model-release.yml'), 'utf8');
    const facts = readWorkflowFacts('model-release.yml', template);
    expect(facts).toMatchObject({ isReadable: true, events: ['push', 'workflow_dispatch'], permissions: [] });
    const register = facts.jobs.find(({ key }) => key === 'register');
    expect(register?.environment).toBe('tidegate-release');
    expect(register?.reads).toEqual(expect.arrayContaining(['TIDEGATE_WRITE_ACCESS_KEY_ID', 'TIDEGATE_RELEASE_ROLE']));
    expect(facts.jobs.find(({ key }) => key === 'train')?.reads).not.toContain('TIDEGATE_WRITE_ACCESS_KEY_ID');
  });

  it.each([
    ['judges', '{ checks: read, pull-requests: write, contents: none }', ['checks', 'pull-requests']],
    ['has them all', 'read-all', ['all']],
    ['has them all to write', 'write-all', ['all']],
    ['has none', '{}', []],
    ['says something else', 'yes', []],
    ['says nothing', undefined, undefined],
  ])('knows the permissions of a job that %s', (_, permissions, known) => {
    const written = permissions === undefined ? '' : `, permissions: ${permissions}`;
    const [job] = readWorkflowFacts('a.yml', `{ on: push, jobs: { a: { steps: []${written} } } }`).jobs;
    expect(job?.permissions).toEqual(known);
  });

  it.each([
    ['by a bracket', `\${{ secrets['TIDEGATE_WRITE_KEY'] }}`],
    ['in small letters', `\${{ secrets.tidegate_write_key }}`],
    ['in an expression', `\${{ format('{0}', secrets.TIDEGATE_WRITE_KEY) }}`],
  ])('finds a secret that is read %s, also for all jobs at once', (_, expression) => {
    const written = JSON.stringify({ on: 'push', env: { A: expression }, jobs: { a: { environment: { name: 'x' } } } });
    const [job] = readWorkflowFacts('a.yml', written).jobs;
    expect(job).toMatchObject({ environment: 'x', reads: ['TIDEGATE_WRITE_KEY'] });
  });

  it.each(['', '- a', 'on: push', 'a: [', 'jobs: {}', '{on: push, jobs: {a: b}}'])(
    'does not take %j for a workflow',
    (text) => {
      expect(readWorkflowFacts('a.yml', text).isReadable).toBe(false);
    },
  );
});
