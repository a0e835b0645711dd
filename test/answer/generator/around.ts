import { writeJson } from "../../../src/core/json.ts";
import type { Kind, Written } from "./kinds.ts";
import { isRow, rowsOf } from "./notations.ts";
import type { Random } from "./random.ts";
import type { Truth } from "./truth.ts";
import { somePhrase } from "./words.ts";

/** The same with another text; what may be read from it stays. */
function textOf(written: Written, text: string): Written {
  return { ...written, text };
}

/** The schema takes anything: a text is right as it stands. */
function isOpen(truth: Truth): boolean {
  return Object.keys(truth.schema).length === 0;
}

/** A value of the same shape that says something else; null where no other comes to hand. */
function draftOf(truth: Truth, random: Random): unknown {
  const { value } = truth;
  const changed = changeOne(value, random);
  return writeJson(changed) === writeJson(value) ? null : changed;
}

function changeOne(value: unknown, random: Random): unknown {
  if (typeof value === "number") return value + 1 + random.below(40);
  if (typeof value === "bigint") return value + 1n;
  if (typeof value === "boolean") return !value;
  if (Array.isArray(value)) {
    const list: unknown[] = value;
    return list.map((item, at) => (at === list.length - 1 ? changeOne(item, random) : item));
  }
  if (!isRow(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, changeOne(item, random)]),
  );
}

const BEFORE = [
  "Here is the answer:",
  "Sure! As you asked [1], the result follows (see {notes}):",
  "Based on the text, I would say this:\n",
  "**Result**\n",
  "The key: value pairs you wanted, 3 in all:",
  "好的，结果如下：",
  "以下が結果です。",
  "Вот результат:",
  "إليك النتيجة:",
  "यह रहा परिणाम:",
  "นี่คือผลลัพธ์",
  "Aquí está el resultado:",
];
const BEHIND = [
  "Let me know if that helps!",
  "Note: I left nothing out, as far as I can tell.",
  "That's all (2 checks made).",
  "Shall I file it now?",
  "[1] page 4",
  "以上です。",
  "Сообщите, если нужно что-то ещё!",
  "هل تحتاج إلى شيء آخر؟",
  "और कुछ चाहिए?",
];

const TAGS = ["think", "thinking", "reasoning", "reflection", "scratchpad"];

function draftText(truth: Truth, random: Random): string {
  const draft = draftOf(truth, random);
  return draft === null ? "Let me see." : `Maybe ${writeJson(draft)}? Let me check that.`;
}

/** Kinds that put something around an answer, or say it twice. */
const WRAPPERS: readonly Kind[] = [
  {
    name: "a fence",
    around: (written, _, random) => {
      const mark = random.pick(["```", "```", "````", "`````", "~~~", "~~~~"]);
      if (written.text.includes(mark.slice(0, 3)) && mark.length < 4) return null;
      const info = random.pick([
        "",
        "json",
        "JSON",
        "json5",
        "yaml",
        "text",
        'json title="a.json"',
        "{.json .numbered}",
      ]);
      return textOf(written, `${mark}${info}\n${written.text}\n${mark}`);
    },
  },
  {
    name: "prose around",
    around: (written, _, random) =>
      textOf(
        written,
        `${random.chance(0.8) ? `${random.pick(BEFORE)}\n` : ""}${written.text}${random.chance(0.6) ? `\n\n${random.pick(BEHIND)}` : ""}`,
      ),
  },
  {
    name: "reasoning before, with a draft",
    around: (written, truth, random) => {
      const tag = random.pick(TAGS);
      const open = random.chance(0.8) ? `<${tag}>\n` : "";
      return textOf(written, `${open}${draftText(truth, random)}\n</${tag}>\n\n${written.text}`);
    },
  },
  {
    name: "channels, with a draft in the analysis",
    around: (written, truth, random) =>
      textOf(
        written,
        `<|channel|>analysis<|message|>${draftText(truth, random)}<|end|><|start|>assistant<|channel|>final<|message|>${written.text}${random.chance(0.5) ? "<|return|>" : ""}`,
      ),
  },
  {
    name: "a call of a tool",
    around: (written, truth, random) => {
      if (
        !isRow(truth.value) ||
        truth.schema["required"] === undefined ||
        !/^[{[]/.test(written.text)
      )
        return null;
      const key = random.pick(["arguments", "parameters", "input"]);
      const call = `{"name": "answer", "${key}": ${written.text}}`;
      return textOf(
        written,
        random.pick([
          `<tool_call>\n${call}\n</tool_call>`,
          `<function=answer>${written.text}</function>`,
          `[TOOL_CALLS][${call}]`,
          `<function_call>${call}</function_call>`,
          `<|python_tag|>${call}`,
          `Action: answer\nAction Input: ${written.text}`,
          `{"tool_calls": [{"id": "c1", "type": "function", "function": ${call}}]}`,
          call,
        ]),
      );
    },
  },
  {
    name: "an assignment",
    around: (written, _, random) =>
      /^[{[]/.test(written.text)
        ? textOf(
            written,
            random.pick([
              `const result = ${written.text};`,
              `result = ${written.text}`,
              `return ${written.text};`,
              `callback(${written.text});`,
              `json\n${written.text}`,
            ]),
          )
        : null,
  },
  {
    name: "an object around the answer",
    around: (written, truth, random) =>
      isRow(truth.value) && written.text.startsWith("{") && truth.schema["required"] !== undefined
        ? textOf(
            written,
            `{"${random.pick(["result", "response", "output", "answer"])}": ${written.text}}`,
          )
        : null,
  },
  {
    name: "a fence in stray braces",
    around: (written) =>
      /^\{[\s\S]*\}$/.test(written.text) && !written.text.includes("```")
        ? textOf(written, `{\`\`\`json\n${written.text}\n\`\`\`}`)
        : null,
  },
  {
    name: "letters glued on",
    around: (written, _, random) =>
      /^[{[][\s\S]*[}\]]$/.test(written.text)
        ? textOf(
            written,
            random.pick([
              `${written.text}EOF`,
              `BEGIN${written.text}END`,
              `json${written.text}`,
              `${written.text}Done`,
            ]),
          )
        : null,
  },
  {
    name: "marks that nobody sees",
    around: (written, _, random) => {
      const mark = random.pick(["\ufeff", "\u200b", "\u2060", "\u00a0"]);
      return textOf(written, random.chance(0.5) ? mark + written.text : mark + written.text + mark);
    },
  },
  {
    name: "escaped as a whole",
    around: (written) =>
      /^[{[]/.test(written.text)
        ? textOf(written, JSON.stringify(written.text).slice(1, -1))
        : null,
  },
  {
    name: "in a string as a whole",
    around: (written, truth) =>
      /^[{[]/.test(written.text) && !isOpen(truth)
        ? textOf(written, JSON.stringify(written.text))
        : null,
  },
  {
    name: "the same twice",
    around: (written, truth) =>
      isOpen(truth) ? null : textOf(written, `${written.text}\n\nOnce more:\n\n${written.text}`),
  },
];

/** What nobody can know is right only with a word: which of two answers is meant. */
const DOUBTS: readonly Kind[] = [
  {
    name: "a draft before the answer",
    around: (written, truth, random) => {
      const draft = draftOf(truth, random);
      if (draft === null || isOpen(truth) || written.accepts.length === 0) return null;
      // The text says which one is meant.
      return {
        ...written,
        needsWord: false,
        text: `A first try:\n${writeJson(draft)}\n\nNo, the final answer is:\n${written.text}`,
      };
    },
  },
  {
    name: "two answers that differ",
    around: (written, truth, random) => {
      const other = draftOf(truth, random);
      const isTold = /final|```[^]*```[^]*```|^\{.*\}\n\{|<\/(?:think|reason|reflect|scratch)/.test(
        written.text,
      );
      const hasAnswer = written.accepts.length > 0 && isRow(truth.value);
      if (other === null || isOpen(truth) || !hasAnswer || isTold) return null;
      return {
        ...written,
        text: `${writeJson(other)}\n${written.text}`,
        needsWord: true,
        others: [other],
      };
    },
  },
];

function cutAt(written: Written, random: Random): Written | null {
  const { text } = written;
  if (!/^[{[][\s\S]*[}\]]$/.test(text) || text.length < 4) return null;
  const left = text.slice(0, 1 + random.below(text.length - 1));
  return left.split("\n").every(isWhole) ? null : { ...written, text: left, isShort: true };
}

/** A line that is JSON as it stands: nobody can see that another one was to follow. */
function isWhole(line: string): boolean {
  try {
    JSON.parse(line || "null");
    return true;
  } catch {
    return false;
  }
}

const CUTS: readonly Kind[] = [
  { name: "cut off anywhere", around: (written, _, random) => cutAt(written, random) },
  {
    name: "cut off, and the server says so",
    around: (written, _, random) => {
      const cut = cutAt(written, random);
      return cut && { ...cut, isCut: true };
    },
  },
  {
    name: "whole, but cut off behind it",
    around: (written, _, random) =>
      /^[{[]/.test(written.text)
        ? { ...written, text: `${written.text}\n\n${somePhrase(random)} and`, isCut: true }
        : null,
  },
];

const REFUSALS = [
  "I'm sorry, but I can't help with that request.",
  "Could you share the document first? I see no attachment.",
  "As an AI model I do not have access to that file.",
  "I don't have enough information to answer.",
  "Es tut mir leid, dabei kann ich nicht helfen.",
  "抱歉，我无法回答这个问题。",
  "申し訳ありませんが、お答えできません。",
  "Извините, я не могу помочь с этим запросом.",
  "عذرًا، لا يمكنني المساعدة في ذلك.",
  "क्षमा करें, मैं इसमें मदद नहीं कर सकता।",
  "ขออภัย ฉันไม่สามารถช่วยได้",
];

/** Kinds that hold no answer, or deny one. */
const DENIALS: readonly Kind[] = [
  {
    name: "a refusal",
    around: (_, truth, random) =>
      isOpen(truth) ? null : { text: random.pick(REFUSALS), accepts: [] },
  },
  {
    name: "a negation where a choice is wanted",
    around: (_, truth, random) => {
      const choice = choiceIn(truth, random);
      if (!choice) return null;
      const said =
        random.pick(["not ", "definitely not ", "anything but ", "isn't ", "never "]) + choice.said;
      const value = choice.key === null ? said : { ...(truth.value as object), [choice.key]: said };
      return {
        text: choice.key === null && random.chance(0.5) ? `This is ${said}.` : writeJson(value),
        accepts: [],
      };
    },
  },
  {
    name: "a sign where a number is wanted",
    around: (_, truth, random) => {
      if (!isRow(truth.value)) return null;
      const { properties } = truth.schema;
      const required: unknown = truth.schema["required"];
      const names = Object.keys(truth.value).filter(
        (name) =>
          isRow(properties) &&
          isRow(properties[name]) &&
          ["number", "integer"].includes(String(properties[name]["type"])) &&
          Array.isArray(required) &&
          required.includes(name),
      );
      if (names.length === 0) return null;
      const name = random.pick(names);
      const text = writeJson({ ...truth.value, [name]: "\0" });
      return {
        text: text.replace('"\\u0000"', random.pick(["-", '"-"', "+", '"."', '"n/a"', "."])),
        accepts: [],
      };
    },
  },
  {
    name: "a table with rows of other lengths",
    around: (_, truth, random) => {
      const rows = rowsOf(truth);
      const names = Object.keys(rows?.[0] ?? {});
      if (
        !rows ||
        isOpen(truth) ||
        names.length < 2 ||
        rows.some((row) => Object.values(row).some((cell) => /[|,\n"]/.test(String(cell))))
      )
        return null;
      const bad = random.below(rows.length);
      // An empty line is no row.
      if (
        Object.values(rows[bad] ?? {})
          .slice(0, -1)
          .join("") === ""
      )
        return null;
      const lines = rows.map((row, at) => {
        const cells = Object.values(row).map(String);
        if (at !== bad) return cells;
        return random.chance(0.5) ? cells.slice(0, -1) : [...cells, "more"];
      });
      const text = random.chance(0.5)
        ? [names, names.map(() => "---"), ...lines]
            .map((cells) => `| ${cells.join(" | ")} |`)
            .join("\n")
        : [names, ...lines].map((cells) => cells.join(",")).join("\n");
      return { text, accepts: [], isDamaged: true };
    },
  },
  {
    name: "items that dots stand for",
    around: (_, truth, random) => {
      const list = isRow(truth.value)
        ? Object.values(truth.value).find(Array.isArray)
        : truth.value;
      if (!Array.isArray(list) || list.length < 2 || isOpen(truth)) return null;
      const dots = random.pick(["...", "…", '"..."', "// ... more of them\n", "/* … 12 more */"]);
      const items = list.slice(0, -1).map((item) => writeJson(item));
      const text = `[${[...items, dots].join(", ")}]`;
      return { text: writeJson(truth.value).replace(writeJson(list), () => text), accepts: [] };
    },
  },
  {
    name: "an example of an answer",
    around: (_, truth, random) =>
      isRow(truth.value) && !isOpen(truth)
        ? {
            text: random.pick([
              `Once you send the text, I can give something like ${writeJson(truth.value)}.`,
              `The answer could be, e.g., ${writeJson(truth.value)}.`,
              `Please do not return ${writeJson(truth.value)}; it is wrong.`,
              `Wenn es so wäre, wäre die Antwort z. B. ${writeJson(truth.value)}.`,
              `${writeJson(truth.value)}\n\nNote: I made these values up.`,
            ]),
            accepts: [],
          }
        : null,
  },
  {
    name: "prose with a pipe or commas",
    around: (_, truth, random) =>
      rowsOf(truth)
        ? {
            text: random.pick([
              `Use a | b, or ${somePhrase(random)}, as you like.\nThe pipe | joins, the comma, too.`,
              `First, ${somePhrase(random)}, then more.\nLater, ${somePhrase(random)}, and so on.`,
            ]),
            accepts: [],
          }
        : null,
  },
];

/** A top-level value that is one of a few: an enum's, or a boolean. */
function choiceIn(truth: Truth, random: Random): { key: string | null; said: string } | null {
  const saidOf = (schema: unknown, value: unknown): string | null =>
    isRow(schema) && Array.isArray(schema["enum"]) && typeof value === "string"
      ? value
      : isRow(schema) && schema["type"] === "boolean"
        ? String(value)
        : null;
  const own = saidOf(truth.schema, truth.value);
  if (own !== null) return { key: null, said: own };
  const { properties } = truth.schema;
  const required: unknown = truth.schema["required"];
  if (!isRow(properties) || !isRow(truth.value) || !Array.isArray(required)) return null;
  const value = truth.value;
  const choices = Object.keys(value)
    .filter((key) => required.includes(key))
    .flatMap((key) => {
      const said = saidOf(properties[key], value[key]);
      return said === null ? [] : [{ key, said }];
    });
  return choices.length > 0 ? random.pick(choices) : null;
}

/** In the order in which they are put around an answer. */
export const AROUND: readonly Kind[] = [...WRAPPERS, ...DOUBTS, ...CUTS, ...DENIALS];
