type Env = Readonly<Record<string, string | undefined>>;

/** Our inputs and state, what lets its holder act for this job, and the files through which a step speaks for itself. */
const OURS =
  /^(INPUT_|STATE_|ACTIONS_)|^GITHUB_(OUTPUT|ENV|PATH|STATE|STEP_SUMMARY|ARTIFACTS|TOKEN)$|^GH_TOKEN$|^GITLAB_(TOKEN|PUSH_TOKEN)$|^TIDEGATE_(HIDDEN_ENVIRONMENT|WAREHOUSE_PASSWORD|WAREHOUSE_TOKEN)$/;

/**
 * An environment for code that is not ours, and for programs that need none of our tokens.
 *
 * @returns The variables that are left: not our inputs (`INPUT_*`), not the tokens of GitHub and GitLab, of the Actions services and of a warehouse,
 *   not the files of workflow commands (`GITHUB_OUTPUT` and the like). Cloud credentials (`AWS_*`) stay.
 */
export function withoutTokens(env: Env): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined || OURS.test(name) ? [] : [[name, value]])),
  );
}
