import { ERRORS } from "../../../plugins/sdk/protocol.ts";
import { isCount, isObject } from "../../core/json.ts";
import { createChecks, type Method } from "../checks.ts";
import { CARRIERS } from "../connection.ts";
import { LIMITS } from "../limits.ts";
import { errorIn, isKnownCode } from "./answers.ts";
import { type Check, type Facts } from "./check.ts";
import { want } from "./verdict.ts";
import type { Exchange, Stray } from "./wire.ts";

/** What must hold of everything that it wrote during all other checks. These come last. */
export const wholeChecks: readonly Check[] = [
  never(
    "stdout/messages-only",
    "writes nothing but messages to standard output, one a line, in UTF-8",
    "garbage",
  ),
  never("stdout/version", 'marks every message with "jsonrpc": "2.0"', "jsonrpc"),
  never("stdout/no-requests", "sends no requests", "request"),
  never("stdout/known-ids", "sends nothing about requests that there are not", "unknown id"),
  never("stdout/answers-once", "answers no request twice", "second answer"),
  never("stdout/nothing-after-the-answer", "sends no part of an answer after its end", "late part"),
  {
    id: "stdout/asked-only",
    wants: "sends no errors without an id but for lines that have none",
    run({ facts }) {
      const [left] = facts.wires.flatMap(({ refusals }) => refusals);
      want(left === undefined, `it sent ${JSON.stringify(left)}`);
    },
  },
  {
    id: "stdout/shapes",
    wants: "sends results, parts and errors of the shapes that the protocol gives them",
    run({ facts }) {
      const checks = createChecks();
      for (const { method, params, notes, answers } of exchangesOf(facts)) {
        for (const answer of answers) {
          const { error, result } = answer;
          const fault =
            error === undefined ? resultFault(checks, method, result, params) : checks.error(error);
          want(fault === null, `"${method}": ${fault}`);
        }
        for (const note of notes) {
          const { method: name, params: carried } = note;
          const known = name === "chat/part" || name === "progress";
          want(known, `it sent the notification "${name}", which there is not`);
          const fault = checks.notification(name, carried);
          want(fault === null, `${fault}`);
        }
      }
    },
  },
  {
    id: "stdout/parts-where-they-belong",
    wants: "sends chat/part for chats only, and progress for pulls and calls of tools only",
    run({ facts }) {
      const homes: Readonly<Record<string, readonly string[]>> = CARRIERS;
      for (const { method, notes } of exchangesOf(facts)) {
        const odd = notes.find((note) => homes[note.method]?.includes(method) !== true);
        want(odd === undefined, `it sent "${odd?.method}" about "${method}"`);
      }
    },
  },
  {
    id: "errors/codes",
    wants: "uses no codes but those of the protocol and of JSON-RPC",
    run({ facts }) {
      const odd = errorsOf(facts).find(({ code }) => !isKnownCode(code));
      want(odd === undefined, `it used ${odd?.code}: ${odd?.message}`);
    },
  },
  {
    id: "errors/messages",
    wants: "says in each error what is wrong, on one line",
    run({ facts }) {
      const odd = errorsOf(facts).find(
        ({ message }) => message.trim() === "" || message.includes("\n"),
      );
      want(odd === undefined, `${odd?.code} came with the message ${JSON.stringify(odd?.message)}`);
    },
  },
  {
    id: "errors/data",
    wants: "gives with -32001 the model, and retry_after_ms in milliseconds",
    run({ facts }) {
      for (const { code, data } of errorsOf(facts)) {
        const { model, retry_after_ms: wait } = isObject(data) ? data : {};
        want(
          code !== ERRORS.model_not_found || typeof model === "string",
          "an error -32001 came without the model",
        );
        want(wait === undefined || isCount(wait), `retry_after_ms is ${JSON.stringify(wait)}`);
      }
    },
  },
  {
    id: "log/modest",
    wants: "writes no more than 1 MiB to standard error in all these checks",
    run({ facts }) {
      const bytes = facts.wires.reduce((sum, { logBytes }) => sum + logBytes, 0);
      want(bytes <= LIMITS.log, `it wrote ${bytes} bytes`);
    },
  },
];

function never(id: string, wants: string, kind: Stray["kind"]): Check {
  return {
    id,
    wants,
    run({ facts }) {
      const found = facts.wires
        .flatMap(({ strays }) => strays)
        .filter((stray) => stray.kind === kind);
      want(found.length === 0, `${found.length} times, first ${found[0]?.text}`);
    },
  };
}

function exchangesOf({ wires }: Facts): readonly Exchange[] {
  return wires.flatMap(({ exchanges }) => [...exchanges.values()]);
}

function errorsOf(facts: Facts) {
  const answers = exchangesOf(facts).flatMap((exchange) => exchange.answers);
  return answers.map(errorIn).filter((fault) => fault !== null);
}

const METHODS = new Set(
  (
    "initialize models/list chat embed rerank tokens/count health models/pull shutdown " +
    "tools/list tools/call"
  ).split(" "),
);

function resultFault(
  checks: ReturnType<typeof createChecks>,
  method: string,
  result: unknown,
  params: unknown,
): string | null {
  return METHODS.has(method)
    ? checks.result(method as Method, result, params)
    : "there is no such method";
}
