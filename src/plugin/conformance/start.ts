import { excerpt } from "../../process/lines.ts";
import { chatParams, errorOf, goesOn, resultOf, RPC } from "./answers.ts";
import { type Check } from "./check.ts";
import { Skip, want } from "./verdict.ts";

const ABILITIES = [
  "chat",
  "embed",
  "models/list",
  "models/pull",
  "rerank",
  "tokens/count",
  "tools/call",
  "tools/list",
];
/** Milliseconds in which it has nothing to say. */
const SILENCE = 300;

/** From the process's start to the result of `initialize`. */
export const startChecks: readonly Check[] = [
  {
    id: "start/silent",
    wants: "writes nothing to standard output before it is asked",
    async run({ start }) {
      const wire = start();
      await wire.rest(SILENCE);
      want(wire.end === null, () => `its process ended: ${wire.end?.how}${wire.lastWords()}`);
      const lines = wire.received === 1 ? "a line" : `${wire.received} lines, first`;
      want(wire.received === 0, () => `it wrote ${lines}: ${excerpt(wire.firstLine ?? "")}`);
    },
  },
  {
    id: "start/in-time",
    wants: "answers initialize in time: within 10 s of its start, or --timeout if that is less",
    async run({ start, introduction, facts }) {
      const wire = start();
      resultOf(await wire.answer(wire.open("initialize", introduction()), facts.startPatience));
    },
  },
  {
    id: "start/version",
    wants: "answers a host of version 1 with version 1, and none of the abilities of tools",
    async run({ start, introduction }) {
      const { protocol_version: version, provides } = resultOf(
        await start().ask("initialize", introduction({ protocol_version: 1 })),
      );
      want(version === 1, `protocol_version is ${JSON.stringify(version)}`);
      const odd =
        Array.isArray(provides) && provides.some((each) => String(each).startsWith("tools/"));
      want(!odd, "it provides tools, which version 1 has not");
    },
  },
  {
    id: "start/newer-host",
    wants: "answers a host of a much later version with one that it speaks itself",
    async run({ start, introduction }) {
      const wire = start();
      const { protocol_version: version } = resultOf(
        await wire.ask("initialize", introduction({ protocol_version: 1000 })),
      );
      want(
        Number.isInteger(version) && Number(version) >= 1,
        `protocol_version is ${JSON.stringify(version)}`,
      );
      want(Number(version) < 1000, "it claims to speak version 1000");
    },
  },
  {
    id: "start/no-common-version",
    wants: "refuses a host of version 0, with which it has no version in common",
    async run({ start, introduction }) {
      errorOf(await start().ask("initialize", introduction({ protocol_version: 0 })));
    },
  },
  {
    id: "start/identity",
    wants: "says its name and version, as in its manifest",
    run({ facts: { initialized, manifest } }) {
      const { name, version } = initialized;
      want(name !== "" && version !== "", `name is "${name}", version "${version}"`);
      if (manifest === null) return;
      want(name === manifest.name, `it is "${name}", and "${manifest.name}" in its manifest`);
      want(
        version === manifest.version,
        `it is version ${version}, and ${manifest.version} in its manifest`,
      );
    },
  },
  {
    id: "start/abilities",
    wants: "says what it provides, each ability once, as in its manifest",
    run({ facts: { initialized, manifest } }) {
      const { provides } = initialized;
      const odd = provides.filter(
        (each, at) => !ABILITIES.includes(each) || provides.indexOf(each) !== at,
      );
      want(odd.length === 0, `unknown or repeated: ${odd.join(", ")}`);
      want(provides.length > 0, "it provides nothing");
      if (manifest === null) return;
      const [said, written] = [
        provides.toSorted().join(", "),
        manifest.provides.toSorted().join(", "),
      ];
      want(said === written, `it provides ${said}, and ${written} in its manifest`);
    },
  },
  {
    id: "start/unknown-members",
    wants: "passes over members of initialize that it does not know",
    async run({ start, introduction }) {
      const params = introduction({
        later: { a: [1] },
        host: { name: "x", version: "9", later: true },
      });
      resultOf(await start().ask("initialize", params));
    },
  },
  {
    id: "start/bad-params",
    wants: "answers an initialize that is not one with -32602",
    async run({ start, introduction }) {
      errorOf(
        await start().ask("initialize", introduction({ protocol_version: "one" })),
        RPC.params,
      );
    },
  },
  {
    id: "start/order",
    wants: "refuses a request that comes before initialize, and can be initialized after that",
    async run({ start, introduction }) {
      const wire = start();
      errorOf(await wire.ask("health", {}));
      resultOf(await wire.ask("initialize", introduction()));
    },
  },
  {
    id: "start/once",
    wants: "refuses a second initialize, and goes on",
    async run({ ready, introduction }) {
      const wire = await ready();
      errorOf(await wire.ask("initialize", introduction()));
      await goesOn(wire);
    },
  },
  {
    id: "start/plain-locale",
    wants: "speaks UTF-8 where the system's language is C",
    async run({ ready, facts }) {
      const wire = await ready({ LANG: "C" });
      if (!facts.initialized.provides.includes("chat")) return await goesOn(wire);
      resultOf(await wire.ask("chat", chatParams(facts, "Grüße, 世界 😀")));
    },
  },
  {
    id: "start/two-at-once",
    wants: "runs twice at the same time with one data folder",
    async run({ ready }) {
      const wires = await Promise.all([ready(), ready()]);
      await Promise.all(wires.map(goesOn));
    },
  },
  {
    id: "start/after-a-kill",
    wants: "starts again with the data folder of a process that was killed while it worked",
    async run({ ready, facts }) {
      const killed = await ready();
      if (facts.initialized.provides.includes("chat"))
        killed.open("chat", chatParams(facts, "Say something."));
      await killed.kill();
      await goesOn(await ready());
    },
  },
  {
    id: "start/no-settings",
    wants: "tells a lack of settings by an error, not by its end",
    async run({ start, introduction, facts }) {
      if (Object.keys(facts.settings).length === 0)
        throw new Skip("it was tested without settings");
      const wire = start();
      await wire.ask("initialize", introduction({ settings: {} }));
    },
  },
];
