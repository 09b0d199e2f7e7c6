/**
 * Secrets of local development. They are public, so production refuses them: texts by the word "lokal" in them,
 * the sealing key because it repeats itself.
 */
export const LOCAL_SECRETS = {
  DATA_KEY: `1:${"6c6f6b616c21".repeat(5)}6c6f`,
};
