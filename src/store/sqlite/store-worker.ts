// The thread that the file is used on while runs go on: requests in, replies out, in order.
import { parentPort, workerData } from "node:worker_threads";
import { parseJson } from "../../core/json.ts";
import { loadDriver } from "./driver.ts";
import type { Request, SessionOptions } from "./request.ts";
import { Session } from "./session.ts";

async function serve(): Promise<void> {
  const port = parentPort;
  const driver = await loadDriver();
  if (!port || !driver) return;
  const warn = (message: string): void => port.postMessage({ warn: message });
  const session = new Session(workerData as SessionOptions, driver, warn);
  port.on("message", (message: Request | string) => {
    const request =
      typeof message === "string"
        ? (parseJson(message, { decimals: "nearest" }) as Request)
        : message;
    port.postMessage({ reply: session.answer(request) });
  });
}

void serve();
