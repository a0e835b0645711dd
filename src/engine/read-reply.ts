import type { Reading, RepairLevel } from "../answer/answer.ts";
import { readAnswer } from "../answer/read.ts";
import { withoutReasoning } from "../answer/reasoning.ts";
import type { Contract } from "../contract/contract.ts";
import { type Json, jsonFault, type JsonObject } from "../core/json.ts";
import { cutAnswer, emptyAnswer, filtered, limitWords } from "./no-answer.ts";
import type { Asked, Reply } from "./no-answer.ts";
import type { Attachment } from "../model/attachment.ts";
import { type OutputFiles, outputFiles } from "./output-files.ts";
import type { Run } from "./state.ts";

/**
 * Reads the answer, with every edit and everything left out on record.
 * @throws {ModullmError} RLLM_011, RLLM_013 or RLLM_017 where the reply says that it is none, or
 * none that is whole
 */
export function readReply(run: Run, reply: Reply, asked: Asked): Reading {
  if (run.loaded.program.answer === "text") return readPlain(run, reply, asked);
  const files = reply.files.length === 0 ? null : outputFiles(run.loaded.program.output);
  if (files === null) return readText(run, reply, asked, run.loaded.program.output);
  const isSilent = reply.text === null || reply.text.trim() === "";
  const reading: Reading =
    isSilent && files.alone && reply.finish?.reason !== "content-filter"
      ? { ok: true, value: {}, rung: "files", edits: [], lost: [] }
      : readText(run, reply, asked, files.rest);
  return reading.ok ? withFiles(run, reading, reply, files) : reading;
}

/** The text as it is. One that was cut off is an answer too: whoever reads it sees its end. */
function readPlain(run: Run, reply: Reply, asked: Asked): Reading {
  if (reply.finish?.reason === "content-filter") throw filtered(asked);
  const text = withoutThoughts(reply.text ?? "")
    .toWellFormed()
    .trim();
  if (text === "") throw emptyAnswer(reply, asked);
  if (reply.finish?.reason === "length") tellCut(run, reply, asked);
  tellHomeless(run, reply.files);
  return { ok: true, value: { text }, rung: "text", edits: [], lost: [] };
}

/** What a model wrote to itself before its answer goes; further on it may be what was asked. */
function withoutThoughts(text: string): string {
  let start = 0;
  for (const { from, to } of withoutReasoning(text).reasoning) {
    if (text.slice(start, from).trim() !== "") break;
    start = to;
  }
  return text.slice(start);
}

/** The answer with the pictures and sound that came with it, held against the whole contract. */
function withFiles(
  run: Run,
  reading: Extract<Reading, { ok: true }>,
  reply: Reply,
  files: OutputFiles,
): Reading {
  const { value, homeless } = files.place(reading.value as JsonObject, reply.files);
  tellHomeless(run, homeless);
  const check = run.loaded.program.output.check(value);
  if (check.ok) return { ...reading, value };
  const { edits, lost } = reading;
  return { ok: false, code: "RLLM_005", value, issues: check.issues, edits, lost };
}

function readText(run: Run, reply: Reply, asked: Asked, output: Contract): Reading {
  const reason = reply.finish?.reason;
  if (reason === "content-filter") throw filtered(asked);
  const cut = reason === "length";
  const level = run.tree.options.repair ?? run.loaded.program.repair ?? "safe";
  const silent = reply.text === null || (reply.reasoning !== null && reply.text.trim() === "");
  const reading =
    reply.text === null || silent
      ? readThought(output, reply, level)
      : usable(readAnswer(reply.text, output, { root: "object", repair: level, cut }));
  if (reading === null) throw emptyAnswer(reply, asked);
  if (cut && !reading.ok) {
    const thought = thoughtOnly(reply);
    throw thought === null ? cutAnswer(reply, asked) : emptyAnswer(thought, asked);
  }
  if (!reading.ok && (reply.finish?.called ?? []).length > 0) throw emptyAnswer(reply, asked);
  const { edits, lost } = reading;
  if (edits.length > 0 || lost.length > 0) {
    const message = `the answer was read with ${edits.length} edits, ${lost.length} pieces left out`;
    run.emit({ type: "note", kind: "repair", message, data: { edits, lost } as unknown as Json });
  }
  if (cut) tellCut(run, reply, asked);
  return reading;
}

function tellHomeless(run: Run, files: readonly Attachment[]): void {
  for (const { mediaType } of files) {
    const message = `The model gave a file of the type ${mediaType}, which the output has no place for`;
    run.emit({ type: "note", kind: "warning", message });
  }
}

function tellCut(run: Run, reply: Reply, asked: Asked): void {
  const message =
    `The answer of ${asked.model} was cut off ${limitWords(reply, asked)}: what was read of ` +
    "it is whole, and nothing behind it is known";
  run.emit({ type: "note", kind: "warning", message, data: { finish_reason: "length" } });
}

/** The reply of a model that thinks in its text and came to nothing else; null for any other. */
function thoughtOnly(reply: Reply): Reply | null {
  if (reply.text === null) return null;
  const { text, reasoning } = withoutReasoning(reply.text);
  if (reasoning.length === 0 || text.trim() !== "") return null;
  return { ...reply, text: null, reasoning: (reply.reasoning ?? "") + reply.text };
}

/**
 * Servers that hold a thinking model to a schema put its answer where its thoughts go. Null where
 * nothing there is an answer.
 */
function readThought(
  output: Contract,
  { reasoning, finish }: Reply,
  level: RepairLevel,
): Reading | null {
  if (reasoning === null || finish?.reason === "length" || level === "off") return null;
  const found = usable(readAnswer(reasoning, output, { root: "object", repair: "off" }));
  const reading =
    found.ok || level !== "full"
      ? found
      : usable(readAnswer(reasoning, output, { root: "object", repair: level }));
  if (!reading.ok) return null;
  const before = reasoning.length > 80 ? `${reasoning.slice(0, 80)}…` : reasoning;
  const edit = { rule: "reasoning", path: [], before, after: "", position: null };
  return { ...reading, edits: [edit, ...reading.edits] };
}

/** A value that could not be written as JSON again is refused, whatever its contract allows. */
function usable(reading: Reading): Reading {
  const fault = reading.ok ? jsonFault(reading.value) : null;
  if (!reading.ok || fault === null) return reading;
  const issue = { keyword: "type", path: [], schemaPath: [], reason: fault };
  return {
    ok: false,
    code: "RLLM_005",
    value: null,
    issues: [issue],
    edits: reading.edits,
    lost: reading.lost,
  };
}
