import { expect, test } from "bun:test";
import { tmpdir } from "node:os";
import type { Manifest } from "../../plugins/sdk/protocol.ts";
import type { RunEvent } from "../../src/core/events.ts";
import { runAlone } from "../engine/alone.ts";
import { loadText } from "../../src/library/load.ts";
import { createPluginProvider } from "../../src/plugin/provider.ts";
import { programText } from "../cli/command-line.ts";
import { createScript } from "../engine/scripted.ts";
import { startFaulty } from "./faulty.ts";

const MANIFEST: Manifest = {
  name: "faulty",
  version: "1.0.0",
  description: "For tests.",
  language: "typescript",
  interface_version: 1,
  command: { default: ["faulty-plugin.ts"] },
  provides: ["chat"],
};

test.each(["killed", "flood-garbage", "start-version-3"])(
  "a plugin that is broken (%s) is passed over for the next model",
  async (fault) => {
    const { host } = startFaulty(fault);
    const script = createScript({ "sound/m": ['{"out": "ok"}'] });
    const plugin = createPluginProvider(host, MANIFEST).model("m");
    const tools = {
      ...script.tools,
      model: async (name: string) =>
        name === "faulty/m" ? plugin : await script.tools.model(name),
    };
    const program = await loadText(
      programText({ llm: "{model: faulty/m, fallbacks: [sound/m]}" }),
      tmpdir(),
    );
    const events: RunEvent[] = [];
    const { output } = await runAlone(program, { text: "hi" }, tools, {
      listener: (event) => events.push(event),
    });
    expect(output).toEqual({ out: "ok" });
    expect(events.some((event) => event.type === "note" && event.kind === "fallback")).toBe(true);
    await host.close();
  },
);
