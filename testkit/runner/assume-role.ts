import type { JobState } from './job-state.ts';

/** A role of a cloud that a job may take on by its identity token. */
export interface AssumableRole {
  /** The `sub` that the role's trust asks for. */
  readonly subject: string;
  /** Keys that its holder gets. */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Request of a step for a role. */
export interface RoleOutcome {
  readonly isSuccess: boolean;
  readonly outputs: Readonly<Record<string, string>>;
}

/** Stands in for `aws-actions/configure-aws-credentials` with `role-to-assume`: keys for the right `sub`, else a failure. */
export async function assumeRole(state: JobState, inputs: Readonly<Record<string, string>>): Promise<RoleOutcome> {
  const role = state.options.host.roles?.[inputs['role-to-assume'] ?? ''];
  const subject = await subjectOf(state);
  if (role === undefined || subject !== role.subject) {
    state.log.annotate('error', `Not authorized to perform sts:AssumeRoleWithWebIdentity (${subject ?? 'no token'})`);
    return { isSuccess: false, outputs: {} };
  }
  state.log.masks.add(role.secretAccessKey);
  Object.assign(state.env, {
    AWS_ACCESS_KEY_ID: role.accessKeyId,
    AWS_SECRET_ACCESS_KEY: role.secretAccessKey,
    AWS_REGION: inputs['aws-region'] ?? '',
  });
  return { isSuccess: true, outputs: {} };
}

async function subjectOf({ options }: JobState): Promise<string | undefined> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = options.resultsEnvironment;
  if (url === undefined) return undefined;
  const answer = await fetch(`${url}&audience=sts.amazonaws.com`, { headers: { authorization: `Bearer ${token}` } });
  const { value }: { value: string } = JSON.parse(await answer.text());
  const claims: { sub: string } = JSON.parse(Buffer.from(value.split('.')[1] ?? '', 'base64url').toString('utf8'));
  return claims.sub;
}
