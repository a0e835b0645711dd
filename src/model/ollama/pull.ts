import type { ProgressResponse } from "ollama/browser";
import type { ModelNote } from "../model.ts";

/**
 * Pulls a model, with a `progress` note for every new step and every new percent of one.
 * @throws what `fetch` throws; the caller explains it
 */
export async function pullModel(
  baseUrl: string,
  name: string,
  fetch: typeof globalThis.fetch,
  note: (note: ModelNote) => void,
): Promise<void> {
  const { Ollama } = await import("ollama/browser");
  const client = new Ollama({ host: baseUrl, fetch });
  let shown = "";
  for await (const progress of await client.pull({ model: name, stream: true })) {
    // Steps that are not downloads have neither number, whatever the package's types promise.
    const { status, completed, total }: Partial<ProgressResponse> = progress;
    const percent = total ? ` ${Math.floor(((completed ?? 0) / total) * 100)} %` : "";
    const message = `Pulling "${name}": ${status ?? "working"}${percent}`;
    if (message === shown) continue;
    shown = message;
    note({
      kind: "progress",
      message,
      data: { completed: completed ?? 0, total: total ?? 0, status: status ?? "" },
    });
  }
}
