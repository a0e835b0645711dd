import { runTool } from "../process/run.ts";

/** Milliseconds until whatever opens the page is left alone. */
const PATIENCE = 10_000;

/** Opens a page in the user's browser. Where there is none, nothing happens. */
export async function openPage(
  page: URL,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const [command = "", ...args] = OPENERS[process.platform] ?? ["xdg-open"];
  const options = { cwd: process.cwd(), env, signal: AbortSignal.timeout(PATIENCE) };
  await runTool(command, [...args, page.href], options).catch(() => {});
}

const OPENERS: Readonly<Record<string, readonly string[]>> = {
  darwin: ["open"],
  // Not `start`: a shell would read the & of the address.
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};
