import { nodeId } from './present.ts';
import {
  ApiError,
  isJson,
  objectField,
  objectsField,
  type RepositoryContext,
  type Route,
  repositoryRoute,
  requiredText,
  textField,
  textsField,
} from './router.ts';
import { settingsRoute } from './routes-settings.ts';
import { PLAIN_PROTECTION, type Ruleset, rulesOf } from './rulesets.ts';
import type { Json, Repository } from './state.ts';

function presentRuleset({ github, repository }: RepositoryContext, ruleset: Ruleset, isWhole: boolean): Json {
  const { id, name, target, enforcement, include, exclude, rules, createdAt } = ruleset;
  const self = `${github.addresses.api}/repos/${repository.fullName}/rulesets/${id}`;
  return {
    id,
    node_id: nodeId('RepositoryRuleset', id),
    name,
    target,
    source_type: 'Repository',
    source: repository.fullName,
    enforcement,
    created_at: createdAt,
    updated_at: createdAt,
    _links: { self: { href: self }, html: { href: `${github.addresses.html}/${repository.fullName}/rules/${id}` } },
    ...(isWhole ? { conditions: { ref_name: { include, exclude } }, rules } : {}),
  };
}

/** Conditions and rules are in the answer for one ruleset alone. */
function listRulesets(context: RepositoryContext) {
  const targets = context.query.get('targets')?.split(',');
  const list = context.repository.rulesets.filter(({ target }) => targets?.includes(target) ?? true);
  return { status: 200, items: { list: list.map((one) => presentRuleset(context, one, false)) } };
}

function getRuleset(context: RepositoryContext) {
  const found = context.repository.rulesets.find(({ id }) => id === Number(context.params.ruleset_id));
  if (found === undefined) throw new ApiError(404, 'Not Found');
  return { status: 200, body: presentRuleset(context, found, true) };
}

function createRuleset(context: RepositoryContext) {
  const { repository, github, body } = context;
  const name = requiredText(body, 'name');
  if (repository.rulesets.some((one) => one.name === name)) {
    throw new ApiError(422, 'Validation Failed', [{ message: 'Name must be unique' }]);
  }
  const names = objectField(objectField(body, 'conditions'), 'ref_name');
  const ruleset: Ruleset = {
    id: github.state.newId(),
    name,
    target: targetOf(textField(body, 'target')),
    enforcement: enforcementOf(requiredText(body, 'enforcement')),
    include: textsField(names, 'include') ?? [],
    exclude: textsField(names, 'exclude') ?? [],
    rules: objectsField(body, 'rules'),
    createdAt: github.state.now(),
  };
  repository.rulesets.push(ruleset);
  return { status: 201, body: presentRuleset(context, ruleset, true) };
}

function targetOf(text = 'branch'): Ruleset['target'] {
  if (text === 'branch' || text === 'tag' || text === 'push') return text;
  throw new ApiError(422, 'Invalid target');
}

function enforcementOf(text: string): Ruleset['enforcement'] {
  if (text === 'active' || text === 'disabled' || text === 'evaluate') return text;
  throw new ApiError(422, 'Invalid enforcement');
}

function getRules({ repository, params }: RepositoryContext) {
  const list = rulesOf(repository, params.branch ?? '').map(({ rule, ruleset }) => ({
    ...rule,
    ruleset_source_type: 'Repository',
    ruleset_source: repository.fullName,
    ruleset_id: ruleset.id,
  }));
  return { status: 200, items: { list } };
}

function checksOf(repository: Repository, branch: string): { contexts: readonly string[]; checks: readonly Json[] } {
  const contexts = repository.protection.get(branch) ?? [];
  const { sources } = repository.protectionDetails.get(branch) ?? PLAIN_PROTECTION;
  return { contexts, checks: contexts.map((context) => ({ context, app_id: sources.get(context) ?? null })) };
}

/** Public part of a branch's protection. */
export function presentBranchProtection(repository: Repository, branch: string): Json {
  if (!repository.protection.has(branch)) return { enabled: false };
  return { enabled: true, required_status_checks: { enforcement_level: 'everyone', ...checksOf(repository, branch) } };
}

function protectedBranch({ repository, params, github }: RepositoryContext): { branch: string; url: string } {
  const branch = params.branch ?? '';
  if (!repository.protection.has(branch)) throw new ApiError(404, 'Branch not protected');
  return { branch, url: `${github.addresses.api}/repos/${repository.fullName}/branches/${branch}/protection` };
}

function getRequiredChecks(context: RepositoryContext) {
  const { branch, url } = protectedBranch(context);
  const self = `${url}/required_status_checks`;
  const shown = checksOf(context.repository, branch);
  return { status: 200, body: { url: self, strict: false, contexts_url: `${self}/contexts`, ...shown } };
}

function getProtection(context: RepositoryContext) {
  const { branch, url } = protectedBranch(context);
  const details = context.repository.protectionDetails.get(branch) ?? PLAIN_PROTECTION;
  const checks = checksOf(context.repository, branch);
  const reviews = {
    url: `${url}/required_pull_request_reviews`,
    dismiss_stale_reviews: false,
    require_code_owner_reviews: details.needsOwnerReview,
    required_approving_review_count: 1,
  };
  return {
    status: 200,
    body: {
      url,
      ...(checks.contexts.length === 0 ? {} : { required_status_checks: { strict: false, ...checks } }),
      ...(details.needsPullRequest ? { required_pull_request_reviews: reviews } : {}),
      enforce_admins: { url: `${url}/enforce_admins`, enabled: false },
      allow_force_pushes: { enabled: details.allowsForcePushes },
      allow_deletions: { enabled: details.allowsDeletion },
    },
  };
}

function putProtection(context: RepositoryContext) {
  const { repository, body, params } = context;
  const branch = params.branch ?? '';
  const required = objectField(body, 'required_status_checks');
  const checks = objectsField(required, 'checks');
  const sources = checks.filter(({ app_id: id }) => typeof id === 'number' && id > 0);
  const names = checks.length > 0 ? checks.map(({ context: name }) => String(name)) : textsField(required, 'contexts');
  repository.protection.set(branch, names ?? []);
  repository.protectionDetails.set(branch, {
    sources: new Map(sources.map(({ context: name, app_id: id }) => [String(name), Number(id)])),
    needsPullRequest: isJson(body.required_pull_request_reviews),
    needsOwnerReview: objectField(body, 'required_pull_request_reviews').require_code_owner_reviews === true,
    allowsForcePushes: body.allow_force_pushes === true,
    allowsDeletion: body.allow_deletions === true,
  });
  return { status: 200, body: getProtection(context).body };
}

/** Rulesets, the rules of a branch, and its protection. Of the rules only required checks hold a merge up. */
export const RULE_ROUTES: readonly Route[] = [
  repositoryRoute('GET /rules/branches/{branch}', 'metadata', getRules),
  repositoryRoute('GET /rulesets', 'metadata', listRulesets),
  repositoryRoute('GET /rulesets/{ruleset_id}', 'metadata', getRuleset),
  settingsRoute('POST /rulesets', 'administration:write', createRuleset),
  settingsRoute('GET /branches/{branch}/protection', 'administration', getProtection),
  settingsRoute('PUT /branches/{branch}/protection', 'administration:write', putProtection),
  settingsRoute('GET /branches/{branch}/protection/required_status_checks', 'administration', getRequiredChecks),
];
