import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { allRoutes } from '../../testkit/github/routes.ts';
import { readSources } from './import-graph.ts';

const fixture: { operations: Record<string, unknown> } = JSON.parse(
  readFileSync(join(PROJECT_ROOT, 'test/fixtures/github-openapi.json'), 'utf8'),
);

describe('the REST operations', () => {
  it('that our code names are in the OpenAPI fixture', () => {
    const literal = /['"`]((?:GET|POST|PUT|PATCH|DELETE) \/[^'"`$\s]*)['"`]/g;
    const used = readSources(['core', 'actions', 'bot']).flatMap(({ path, text }) =>
      [...text.matchAll(literal)].map((match) => ({ path, operation: match[1] ?? '' })),
    );
    expect(used.length).toBeGreaterThan(20);
    expect(used.filter(({ operation }) => !(operation in fixture.operations))).toEqual([]);
  });

  it('that the testkit answers are the fixture, no more and no fewer', () => {
    const routes = allRoutes(() => Promise.reject(new Error('not running')), 'owner');
    const operations = routes.map(({ method, template }) => `${method} ${template}`);
    expect(operations.toSorted()).toEqual(Object.keys(fixture.operations).sort());
  });
});
