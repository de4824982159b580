/** First argument of the command line for a run as an action, with inputs and outputs as a runner gives them. For itself. */
export const AS_ACTION = '--as-action';
