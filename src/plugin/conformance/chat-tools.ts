import { isObject } from "../../core/json.ts";
import { chat, partsOf, resultOf, resultOrCode } from "./answers.ts";
import { type Bench, type Check } from "./check.ts";
import { Skip, want } from "./verdict.ts";
import type { Message } from "./wire.ts";

const OFFERS = ["look_up", "add"].map((name) => ({
  name,
  description: `Does ${name} for a number.`,
  input: { type: "object", properties: { n: { type: "integer" } }, required: ["n"] },
}));
const QUESTION = "Call look_up and add for the number 7, please.";
const CALL = { id: "call-1", name: "look_up", arguments: '{"n":7}' };

/** Chats with tools, for models that say that they call them. */
export const chatToolChecks: readonly Check[] = [
  check("chat/tools", "takes tools, and calls none but those", async (bench) => {
    const { calls, answer } = await offer(bench, "auto");
    resultOf(answer);
    const odd = calls.find(({ name }) => !OFFERS.some((each) => each.name === name));
    want(odd === undefined, `it called "${odd?.name}"`);
  }),
  check(
    "chat/tools-required",
    "calls a tool when it must, or says that it can't",
    async (bench) => {
      const { calls, answer } = await offer(bench, "required");
      if (resultOrCode(answer) !== null) want(calls.length > 0, "it called none");
    },
  ),
  check("chat/tools-named", "calls the tool that it must, or says that it can't", async (bench) => {
    const { calls, answer } = await offer(bench, { name: "add" });
    if (resultOrCode(answer) === null) return;
    want(calls.length > 0 && calls.every(({ name }) => name === "add"), () => named(calls));
  }),
  check("chat/tools-none", "calls no tool when it must not", async (bench) => {
    const { calls, answer } = await offer(bench, "none");
    resultOf(answer);
    want(calls.length === 0, () => named(calls));
  }),
  check(
    "chat/tools-one-at-a-time",
    "calls one tool in a turn where it may call no more",
    async (bench) => {
      const { calls, answer } = await offer(bench, "auto", false);
      resultOf(answer);
      want(calls.length <= 1, () => named(calls));
    },
  ),
  check("chat/tools-ids", "gives each call of a turn an id of its own, or none", async (bench) => {
    const { calls, answer } = await offer(bench, "auto");
    resultOf(answer);
    const ids = calls.flatMap(({ id }) => (id === undefined ? [] : [id]));
    want(new Set(ids).size === ids.length, `the ids are ${ids.join(", ")}`);
  }),
  check("chat/tool-result", "goes on with the result of a call", async (bench) => {
    resultOf(await afterCall(bench, { content: '{"n":7,"is":"odd"}', failed: false }));
  }),
  check("chat/tool-failed", "goes on with a call that failed", async (bench) => {
    resultOf(await afterCall(bench, { content: "There is no such number.", failed: true }));
  }),
];

function check(id: string, wants: string, run: (bench: Bench) => Promise<void>): Check {
  return {
    id,
    wants,
    needs: "chat",
    async run(bench) {
      const { models, model } = bench.facts;
      if (models?.find(({ name }) => name === model)?.tools !== true)
        throw new Skip("the model does not say that it calls tools");
      await run(bench);
    },
  };
}

async function offer(bench: Bench, choice: unknown, parallel = true) {
  const more = { tools: OFFERS, tool_choice: choice, parallel, params: { max_tokens: 400 } };
  const [exchange, answer] = await chat(bench, QUESTION, more);
  const calls = partsOf(exchange).flatMap((part) =>
    isObject(part) && part.type === "tool-call" ? [part] : [],
  );
  return { calls, answer };
}

async function afterCall(
  bench: Bench,
  result: { readonly content: string; readonly failed: boolean },
): Promise<Message> {
  const messages = [
    { role: "user", content: "Is 7 odd? Answer in a word." },
    { role: "assistant", content: "", calls: [CALL] },
    { role: "tool", call: { id: CALL.id, name: CALL.name }, ...result },
  ];
  const [, answer] = await chat(bench, "", {
    messages,
    tools: OFFERS,
    tool_choice: "none",
    parallel: true,
  });
  return answer;
}

function named(calls: readonly { readonly name: string }[]): string {
  return `it called ${calls.length === 0 ? "none" : calls.map(({ name }) => name).join(", ")}`;
}
