/** The browser of the tests in `halaman/`; without one they are skipped. */
export const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
