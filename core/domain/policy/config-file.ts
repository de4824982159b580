/** The name of the policy's file. It is in the root of a repository, or in the folder that an action works in. */
export const CONFIG_FILE = 'tidegate.yaml';
