/** The login that the token of a workflow acts as. */
export const WORKFLOW_LOGIN = 'github-actions[bot]';
