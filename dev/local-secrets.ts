/** Secrets of local development that no vendor gives. They are public, so production refuses them. */
export const LOCAL_SECRETS = {
  SECRET_KEY: "kunci-lokal-satu-pintu-untuk-token",
  BANK_WEBHOOK_SECRET: "kunci-lokal-satu-pintu-untuk-mutasi-bank",
  // It repeats itself, which production takes for a typed one.
  DATA_KEY: `1:${"6c6f6b616c21".repeat(5)}6c6f`,
};
