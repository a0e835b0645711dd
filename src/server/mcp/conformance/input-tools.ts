import {
  acceptedContent,
  CLIENT_CAPABILITIES_META_KEY,
  inputRequired,
  type InputRequests,
  ProtocolError,
  ProtocolErrorCode,
} from "@modelcontextprotocol/server";
import { isObject } from "../../../core/json.ts";
import type { Call } from "../surface.ts";
import { ELICITED_DEFAULTS, ELICITED_ENUMS } from "./elicited.ts";
import { type Fixture, type Fixtures, object, text } from "./fixture.ts";
import { seal } from "./state.ts";

const NAME = object({ name: { type: "string" } });
const CONFIRMED = object({ ok: { type: "boolean" } });

/** A form for whoever sits before the client. */
export function form(message: string, requestedSchema: object): InputRequests[string] {
  return inputRequired.elicit({
    message,
    requestedSchema: requestedSchema as Parameters<
      typeof inputRequired.elicit
    >[0]["requestedSchema"],
  });
}

function sample(said: string): InputRequests[string] {
  const content = { type: "text", text: said } as const;
  return inputRequired.createMessage({ messages: [{ role: "user", content }], maxTokens: 100 });
}

/** Asks for one thing, and tells what it got. */
function asks(
  key: string,
  request: (given: Readonly<Record<string, unknown>>) => InputRequests[string],
  tell: (answer: unknown) => string | null,
): Fixture["call"] {
  return (given, { inputs }) => {
    const said = inputs?.[key] === undefined ? null : tell(inputs[key]);
    return said === null ? inputRequired({ inputRequests: { [key]: request(given) } }) : text(said);
  };
}

function elicits(message: string, schema: object): Fixture["call"] {
  return asks("form", () => form(message, schema), told("Elicitation completed"));
}

function told(what: string): (answer: unknown) => string {
  return (answer) => {
    const { action, content } = isObject(answer) ? answer : {};
    return `${what}: action=${String(action)}, content=${JSON.stringify(content ?? {})}`;
  };
}

function nameIn({ inputs }: Call, key: string): string | null {
  const name = acceptedContent(inputs, key)?.["name"];
  return typeof name === "string" ? name : null;
}

function sampled(answer: unknown): string {
  const { content } = isObject(answer) ? answer : {};
  return isObject(content) ? String(content["text"]) : JSON.stringify(answer);
}

/** Tools that want something of the client before they can answer. */
export const INPUT_TOOLS: Fixtures = {
  test_sampling: {
    schema: object({ prompt: { type: "string" } }),
    call: asks(
      "answer",
      ({ prompt }) => sample(String(prompt)),
      (answer) => `LLM response: ${sampled(answer)}`,
    ),
  },
  test_missing_capability: { call: asks("answer", () => sample("Say pong"), sampled) },
  test_elicitation: {
    schema: object({ message: { type: "string" } }),
    call: asks(
      "form",
      ({ message }) => form(String(message), object({ response: { type: "string" } })),
      told("User response"),
    ),
  },
  test_elicitation_sep1034_defaults: {
    call: elicits("Please review the defaults", ELICITED_DEFAULTS),
  },
  test_elicitation_sep1330_enums: { call: elicits("Please choose", ELICITED_ENUMS) },
  test_input_required_result_elicitation: {
    call: (_given, call) => {
      const name = nameIn(call, "user_name");
      if (name !== null) return text(`Hello, ${name}!`);
      return inputRequired({ inputRequests: { user_name: form("What is your name?", NAME) } });
    },
  },
  test_input_required_result_sampling: {
    call: asks("capital_question", () => sample("What is the capital of France?"), sampled),
  },
  test_input_required_result_list_roots: {
    call: asks(
      "client_roots",
      () => inputRequired.listRoots(),
      (answer) => (isObject(answer) ? JSON.stringify(answer["roots"]) : null),
    ),
  },
  test_input_required_result_request_state: {
    call: async (_given, { inputs, context }) => {
      if (acceptedContent(inputs, "confirm") === undefined) return await confirmation();
      if (context.mcpReq.requestState() === undefined)
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, "requestState is missing");
      return text("state-ok");
    },
  },
  test_input_required_result_tampered_state: {
    call: async (_given, { inputs, context }) => {
      const isSealed = context.mcpReq.requestState() !== undefined;
      if (isSealed && acceptedContent(inputs, "confirm")) return text("integrity-ok");
      return await confirmation();
    },
  },
  test_input_required_result_multiple_inputs: {
    call: async (_given, call) => {
      const name = nameIn(call, "user_name");
      const { greeting, client_roots: roots } = call.inputs ?? {};
      if (name !== null && greeting !== undefined && roots !== undefined)
        return text(`${sampled(greeting)} ${name}, ${JSON.stringify(roots)}`);
      return inputRequired({
        inputRequests: {
          user_name: form("What is your name?", NAME),
          greeting: sample("Generate a greeting"),
          client_roots: inputRequired.listRoots(),
        },
        requestState: await seal.mint({ round: 1 }),
      });
    },
  },
  test_input_required_result_multi_round: {
    call: async (_given, call) => {
      const { round = 0, name } = call.context.mcpReq.requestState<Rounds>() ?? {};
      if (round === 0) return await step(1, "What is your name?", {});
      if (round === 1)
        return await step(2, "What is your favorite color?", { name: nameIn(call, "step1") });
      const color = acceptedContent(call.inputs, "step2")?.["color"];
      return text(`${String(name)} likes ${String(color)}`);
    },
  },
  test_input_required_result_capabilities: {
    call: (_given, { inputs, context }) => {
      if (inputs !== undefined) return text("the inputs came");
      const envelope: Readonly<Record<string, unknown>> = context.mcpReq.envelope ?? {};
      const declared = envelope[CLIENT_CAPABILITIES_META_KEY];
      const known = isObject(declared) ? declared : {};
      const inputRequests = {
        ...(known["elicitation"] ? { user_name: form("What is your name?", NAME) } : {}),
        ...(known["sampling"] ? { greeting: sample("Generate a greeting") } : {}),
        ...(known["roots"] ? { client_roots: inputRequired.listRoots() } : {}),
      };
      const isAny = Object.keys(inputRequests).length > 0;
      return isAny ? inputRequired({ inputRequests }) : text("the client has nothing to ask");
    },
  },
};

interface Rounds {
  readonly round?: number;
  readonly name?: string | null;
}

async function confirmation(): Promise<ReturnType<typeof inputRequired>> {
  return inputRequired({
    inputRequests: { confirm: form("Please confirm", CONFIRMED) },
    requestState: await seal.mint({ id: crypto.randomUUID() }),
  });
}

async function step(
  round: number,
  question: string,
  known: Rounds,
): Promise<ReturnType<typeof inputRequired>> {
  const field = round === 1 ? "name" : "color";
  return inputRequired({
    inputRequests: { [`step${round}`]: form(question, object({ [field]: { type: "string" } })) },
    requestState: await seal.mint({ ...known, round }),
  });
}
