import { visible } from "../../../core/visible.ts";
import type { Output } from "../../output.ts";

/** Tells on stderr what a server could not do; a client is told in its own words. */
export function reporter(output: Output): (thrown: unknown) => void {
  return (thrown) => {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    output.note(`modullm mcp: ${visible(message).replaceAll("\n", " ")}`);
  };
}
