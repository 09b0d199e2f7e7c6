/** Secrets of local development that no vendor gives. They are public, so production refuses them: this key repeats itself. */
export const LOCAL_SECRETS = {
  DATA_KEY: `1:${"6c6f6b616c21".repeat(5)}6c6f`,
};
