import { describeSource } from "../../../packages/source.ts";
import { openPlugins } from "./open.ts";
import type { Action } from "../../command.ts";

export const action: Action = {
  least: 0,
  most: 0,
  wants: "nothing",
  async run(_, context) {
    const found = await (await openPlugins(context)).list();
    const names = found.map(({ name }) => name);
    const plugins = found.map(({ name, place, folder, loaded, locked, examination }, index) => ({
      name,
      version: loaded?.manifest.version ?? locked?.version ?? null,
      description: loaded?.manifest.description ?? null,
      provides: loaded?.manifest.provides ?? [],
      tools: (loaded?.manifest.tools ?? []).map((tool) => tool.name),
      place,
      folder,
      source: locked === null ? null : describeSource(locked.source),
      trust: examination.trust,
      ...(examination.reason === null ? {} : { reason: examination.reason }),
      // Of two that go by one name the first one is used.
      ...(names.indexOf(name) < index ? { hidden: true } : {}),
    }));
    context.output.json({ plugins });
    return 0;
  },
};
