import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, realpathSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { SettingsError } from "./settings.ts";

/** What the kernel takes as the path of a local socket, in bytes. */
const MAX_SOCKET_PATH = 100;

/**
 * Makes the data directory and holds it until this process ends: the embedded database itself does not notice a second
 * one. The lock is a local socket in it, because a killed process lets go of that at once, which a file with a process
 * id cannot promise. Throws `SettingsError`.
 */
export async function claimDataDir(wanted: string): Promise<void> {
  const directory = make(wanted);
  const path =
    process.platform === "win32"
      ? `\\\\.\\pipe\\satu-pintu-${createHash("sha256").update(directory).digest("hex").slice(0, 16)}`
      : join(directory, "dev.sock");
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH) {
    throw new SettingsError(
      `DATA_DIR terlalu panjang (paling banyak ${MAX_SOCKET_PATH - 9} byte): ${directory}`,
    );
  }
  if (await isHeld(path)) {
    throw new SettingsError(`${directory} sedang dipakai oleh npm run dev yang lain; pilih DATA_DIR lain`);
  }
  rmSync(path, { force: true });
  const socket = createServer().listen(path);
  await once(socket, "listening");
  socket.unref();
}

function make(directory: string): string {
  try {
    mkdirSync(directory, { recursive: true });
    return realpathSync(directory);
  } catch (error) {
    throw new SettingsError(`DATA_DIR ${directory} tidak dapat dipakai: ${(error as Error).message}`);
  }
}

async function isHeld(path: string): Promise<boolean> {
  const probe = connect(path);
  try {
    await once(probe, "connect");
    return true;
  } catch {
    return false;
  } finally {
    probe.destroy();
  }
}
