import { isDeepStrictEqual as equal } from "node:util";
import { ERRORS } from "../../../plugins/sdk/protocol.ts";
import { isObject } from "../../core/json.ts";
import { errorIn, errorOf, goesOn, resultOf, resultOrCode, RPC } from "./answers.ts";
import { type Bench, type Check } from "./check.ts";
import {
  callParams,
  contractOf,
  exampleOf,
  examplesOf,
  exampleWith,
  listTools,
  toolsOf,
} from "./tool-calls.ts";
import { Skip, want } from "./verdict.ts";

const UNKNOWN_TOOL = "modullm-no-such-tool";

/** Lists of tools, and calls of them one at a time. */
export const toolChecks: readonly Check[] = [
  {
    id: "tools/lists",
    needs: "tools/list",
    wants: "lists its tools",
    async run({ shared }) {
      await listTools(await shared());
    },
  },
  {
    id: "tools/names",
    needs: "tools/list",
    wants: "names each tool once, in letters, digits, _ and -, and says what it does",
    run({ facts }) {
      const tools = toolsOf(facts);
      const names = tools.map(({ name }) => name);
      const odd = names.find((name, at) => !NAME.test(name) || names.indexOf(name) !== at);
      want(odd === undefined, `"${odd}" is no name of a tool, or comes twice`);
      const silent = tools.find(({ description }) => description.trim() === "");
      want(silent === undefined, `the description of "${silent?.name}" is blank`);
    },
  },
  {
    id: "tools/schemas",
    needs: "tools/list",
    wants: "gives JSON Schemas: of an object for the input, of anything for the output",
    run({ facts }) {
      for (const { name, input, output = {} } of toolsOf(facts)) {
        want(input["type"] === "object", `the input of "${name}" has not the type "object"`);
        want(contractOf(input) !== null, `the input of "${name}" is no JSON Schema`);
        want(contractOf(output) !== null, `the output of "${name}" is no JSON Schema`);
      }
    },
  },
  {
    id: "tools/same-again",
    needs: "tools/list",
    wants: "lists the same tools in the same order when it is asked again",
    async run({ shared, facts }) {
      const after = await listTools(await shared());
      want(equal(after, toolsOf(facts)), "the second list is another one");
    },
  },
  {
    id: "tools/as-in-manifest",
    needs: "tools/list",
    wants: "lists tools of its manifest only, with the schemas and versions that they have there",
    run({ facts }) {
      if (facts.manifest === null) throw new Skip("it has no manifest");
      const { tools: known = [] } = facts.manifest;
      for (const tool of toolsOf(facts)) {
        const promised = known.find(({ name }) => name === tool.name);
        want(promised !== undefined, `the manifest has no "${tool.name}"`);
        for (const key of ["input", "output", "version"] as const)
          want(equal(tool[key], promised[key]), `the ${key} of "${tool.name}" is another there`);
      }
    },
  },
  {
    id: "tools/answers",
    needs: "tools/call",
    wants: "answers a call of each tool with each example of its input",
    async run({ shared, facts }) {
      exampleOf(facts);
      const wire = await shared();
      for (const example of examplesOf(facts))
        resultOf(await wire.ask("tools/call", callParams(example)));
    },
  },
  {
    id: "tools/output",
    needs: "tools/call",
    wants: "gives values that meet the output schema, unless the call failed",
    async run({ shared, facts }) {
      const wire = await shared();
      let seen = 0;
      for (const example of examplesOf(facts)) {
        const { name, output } = example.tool;
        const contract = output === undefined ? null : contractOf(output);
        if (contract === null) continue;
        const answer = resultOf(await wire.ask("tools/call", callParams(example)));
        if (answer["failed"] === true) continue;
        seen++;
        const checked = contract.check(answer["value"]);
        want(checked.ok, () => `the value of "${name}" ${checked.ok || checked.issues[0].reason}`);
      }
      if (seen === 0) throw new Skip("no example of a tool with an output schema succeeds");
    },
  },
  {
    id: "tools/lacking-input",
    needs: "tools/call",
    wants: "refuses an input that lacks what it requires, with -32602 or as a failed call",
    async run({ shared, facts }) {
      const lacking = toolsOf(facts).find(({ input }) => contractOf(input)?.check({}).ok === false);
      if (lacking === undefined) throw new Skip("no tool requires anything");
      const answer = await (await shared()).ask("tools/call", { name: lacking.name, input: {} });
      if (errorIn(answer) !== null) errorOf(answer, RPC.params);
      else want(resultOf(answer)["failed"] === true, `"${lacking.name}" succeeded`);
    },
  },
  {
    id: "tools/unknown-tool",
    needs: "tools/call",
    wants: "answers for a tool that it has not with -32005 and the tool in its data",
    async run({ shared }) {
      const answer = await (await shared()).ask("tools/call", { name: UNKNOWN_TOOL, input: {} });
      const { data } = errorOf(answer, ERRORS.tool_not_found);
      want(isObject(data) && data["tool"] === UNKNOWN_TOOL, `data is ${JSON.stringify(data)}`);
    },
  },
  refuses("tools/name-is-a-number", "a name that is a number", (params) => ({
    ...params,
    name: 7,
  })),
  refuses("tools/no-input", "a call without input", (params) => ({ ...params, input: undefined })),
  refuses("tools/input-is-a-list", "an input that is a list", (params) => ({
    ...params,
    input: [1],
  })),
  {
    id: "tools/unknown-members",
    needs: "tools/call",
    wants: "passes over members that it does not know",
    async run({ shared, facts }) {
      const params = { ...callParams(exampleOf(facts)), later: { name: "x" } };
      resultOf(await (await shared()).ask("tools/call", params));
    },
  },
  takes(
    "tools/unicode",
    "text in every script",
    "Grüße, 世界, שלום, नमस्ते, e\u0301, 👩‍👩‍👧, 𝔘\u2028\u202E",
  ),
  takes("tools/control-characters", "text with control characters", "a\u0001b\u001Bc\u007F\r\n\td"),
  takes("tools/half-a-pair", "text with half of a surrogate pair", "a\uD83Db"),
  takes(
    "tools/looks-like-json",
    "text that looks like JSON",
    '{"id":1,"method":"shutdown"} "}]\\"',
  ),
  takes("tools/large", "a text of 1 MB", "All work and no play. ".repeat(48_000)),
];

const NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** A call that is not one. */
function refuses(id: string, what: string, change: (params: object) => object): Check {
  return {
    id,
    needs: "tools/call",
    wants: `answers ${what} with -32602`,
    async run({ shared, facts }) {
      const [tool] = toolsOf(facts);
      const params = change({ name: tool?.name ?? "x", input: {} });
      errorOf(await (await shared()).ask("tools/call", params), RPC.params);
    },
  };
}

/** A call that may fail or be refused, if it says why. */
function takes(id: string, what: string, text: string): Check {
  return {
    id,
    needs: "tools/call",
    wants: `takes ${what}, or says what is wrong with it`,
    async run(bench: Bench) {
      const wire = await bench.shared();
      const params = callParams(exampleWith(bench.facts, text));
      resultOrCode(await wire.ask("tools/call", params));
      await goesOn(wire);
    },
  };
}
