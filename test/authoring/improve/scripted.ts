import { afterAll } from "bun:test";
import { join } from "node:path";
import { randomFrom, shuffled } from "../../../src/core/random.ts";
import { makeFolder, modullm, type Setting } from "../../cli/command-line.ts";

export interface Asked {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
}

/** What a scripted world is: which prompts its model needs, and what its proposer offers. */
export interface Script {
  /** Whether the model answers this input rightly, with such a prompt. */
  readonly isRight: (prompt: Prompt) => boolean;
  /** Sentences, one for each prompt that the proposer offers. */
  readonly offers: readonly string[];
  /** Answers in place of what the truth and `isRight` say. @default nothing */
  readonly answer?: (asked: Asked) => string;
  /** Proposed prompts, from the one that is shown. @default it behind each offer */
  readonly propose?: (prompt: string, shown: string) => readonly string[];
  /** What a test expects for a team. @default that value */
  readonly expect?: (team: string) => string;
  /** Inputs that it answers with nothing of use, until it is mended. @default none */
  readonly broken?: readonly string[];
}

export interface Prompt {
  /** The input's text. */
  readonly input: string;
  /** Inputs of the examples before it. */
  readonly examples: readonly string[];
  /** System message and the prompt around the input. */
  readonly instruction: string;
}

export const TEAMS = ["billing", "technical", "sales"] as const;
const WORDS =
  "lamp river stone paper window garden bottle market winter copper ladder button harbour saddle".split(
    " ",
  );

/** Messages, each with the team that it is for; the truth has nothing to do with the words. */
export function drawMessages(count: number, seed: number): readonly (readonly [string, string])[] {
  const random = randomFrom(seed);
  return Array.from({ length: count }, (_, at) => {
    const words = shuffled(WORDS, random).slice(0, 4).join(" ");
    return [`${words} no ${at}`, TEAMS[Math.floor(random() * TEAMS.length)] ?? "sales"] as const;
  });
}

export const PROGRAM = `---
# Who reads this mail?
name: sort
description: Sorts a message to a team
version: 1.0.0
author: Test
max_context_window: 8000
input_schema:
  type: object
  properties: {text: {type: string}}   # one message
  required: [text]
output_schema:
  type: object
  properties: {team: {enum: [billing, technical, sales]}}
  required: [team]
llm: {model: local/test}
llm_params: {}
retries: 0
---
Which team is this for?

{{input.text}}
`;

function testsOf(
  messages: readonly (readonly [string, string])[],
  { expect = (team) => `{$.team: "${team}"}` }: Script,
): string {
  return messages
    .map(
      ([text, team], at) =>
        `- {name: "m${at}", input: {text: "${text}"}, expect: ${expect(team)}}\n`,
    )
    .join("");
}

const servers: { stop(): void }[] = [];
afterAll(() => {
  for (const server of servers) server.stop();
});

/** A folder with a program and its tests, and a server that is its world. */
export function scriptedWorld(
  messages: readonly (readonly [string, string])[],
  script: Script,
  files: Record<string, string> = {},
) {
  const folder = makeFolder({
    "sort.rllm": PROGRAM,
    "sort.test.yaml": testsOf(messages, script),
    ...files,
  });
  const asked: Asked[] = [];
  const truth = new Map(messages);
  let broken: readonly string[] = script.broken ?? [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      if (request.method !== "POST") return new Response("no lists here", { status: 404 });
      const body = (await request.json()) as Asked;
      asked.push(body);
      const content =
        body.model === "proposer"
          ? proposalsOf(body, script)
          : broken.some((text) => body.messages.at(-1)?.content.includes(text))
            ? "I do not know."
            : (script.answer?.(body) ?? answerOf(body, truth, script));
      return Response.json({
        id: "c",
        object: "chat.completion",
        created: 0,
        model: body.model,
        usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
        choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }],
      });
    },
  });
  servers.push({ stop: () => void server.stop(true) });
  const env = { LOCAL_API_BASE: `http://127.0.0.1:${server.port}/v1` };
  const run = (args: readonly string[] = [], setting: Partial<Setting> = {}) =>
    modullm(["improve", "sort.rllm", "--proposer", "local/proposer", ...args], {
      folder,
      env,
      ...setting,
    });
  const test = (...args: string[]) => modullm(["test", "sort.rllm", ...args], { folder, env });
  const runOnce = (text: string) =>
    modullm(["run", "sort.rllm", "--keep", "--input", JSON.stringify({ text })], { folder, env });
  const mend = (): void => void (broken = []);
  return { folder, asked, run, runOnce, mend, test, file: (name: string) => join(folder, name) };
}

/** What a proposer is shown, as one text. */
export function shownTo(asked: readonly Asked[]): string {
  const shown = asked.filter(({ model }) => model === "proposer");
  return shown.flatMap(({ messages }) => messages.map(({ content }) => content)).join("\n");
}

function answerOf(
  { messages }: Asked,
  truth: ReadonlyMap<string, string>,
  { isRight }: Script,
): string {
  const users = messages.filter(({ role }) => role === "user").map(({ content }) => content);
  const inputIn = (text: string): string =>
    [...truth.keys()].find((each) => text.endsWith(each)) ?? "";
  const last = users.at(-1) ?? "";
  const input = inputIn(last);
  const system = messages.find(({ role }) => role === "system")?.content ?? "";
  const right = truth.get(input) ?? "sales";
  const wrong = TEAMS.find((team) => team !== right);
  const instruction = `${system}\n${last.slice(0, last.length - input.length)}`;
  const examples = users.slice(0, -1).map(inputIn);
  return JSON.stringify({ team: isRight({ input, examples, instruction }) ? right : wrong });
}

/** The prompt that it is shown, with a sentence more before it. */
function proposalsOf({ messages }: Asked, { offers, propose }: Script): string {
  const text = messages.at(-1)?.content ?? "";
  const prompt = /-----\n([\s\S]*?)\n-----/.exec(text)?.[1] ?? "";
  const prompts = propose?.(prompt, text) ?? offers.map((offer) => `${offer}\n${prompt}`);
  return JSON.stringify({
    proposals: prompts.map((each) => ({ why: "a rule", prompt: each, system: null })),
  });
}
