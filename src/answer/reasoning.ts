import { lastBefore } from "./candidate.ts";
import { outsideFinal, type Span } from "./channels.ts";

/** What a model wrote, parted into what it says and what it says to itself. */
export interface Spoken {
  /** The text with blanks in place of the reasoning: every offset stays what it was. */
  readonly text: string;
  readonly reasoning: readonly Span[];
  /** The text ends within reasoning. */
  readonly isUnfinished: boolean;
}

/** The names of the tags around reasoning. */
export const REASONING = "think|thinking|thought|reasoning|reflection|scratchpad|analysis";
const CLOSER = String.raw`<\/(?:${REASONING})>|\[\/THINK\]|◁\/think▷`;
const OPENER = new RegExp(
  String.raw`(?:^|\n)[ \t\u00a0\u200b-\u200f\u2060-\u2064\ufeff]*(?:<(${REASONING})>|(\[THINK\])|(◁think▷))`,
  "gi",
);
const ORPHAN = new RegExp(String.raw`(?:${CLOSER})[ \t]*(?=\n|[{[\x60]|$)`, "gi");
const TAG = new RegExp(`</?(?:${REASONING})>`, "i");
const CLOSED = new RegExp(String.raw`(?:${CLOSER})\s*$`, "i");
/** Where an answer may have begun: tags behind it can be part of its text. */
const STRUCTURE = /[{[<"`]/;

/** Takes out what the model wrote to itself: a draft there is never the answer. */
export function withoutReasoning(text: string): Spoken {
  const channels = outsideFinal(text) ?? [];
  const said = blanked(text, channels);
  const tagged = findReasoning(said);
  const reasoning = [...channels, ...tagged].toSorted((a, b) => a.from - b.from);
  const last = tagged.at(-1);
  const isUnfinished = last?.to === text.length && !CLOSED.test(text);
  return { text: blanked(said, tagged), reasoning, isUnfinished };
}

/** The same, without what stands behind the mark that ends the model's turn. */
export function spokenIn(text: string): Spoken {
  const spoken = withoutReasoning(text);
  const behind = behindTurn(spoken.text);
  return behind.length === 0
    ? spoken
    : {
        ...spoken,
        text: blanked(spoken.text, behind),
        reasoning: [...spoken.reasoning, ...behind],
      };
}

/** The marks with which models end what they say. */
const TURN_END =
  /(?:<\|(?:im_end|eot_id|eom_id|endoftext|end_of_text|EOT)\|>|<\/s>|<end_of_turn>|<｜end▁of▁sentence｜>)(?=\s*(?:$|\n|<|\[INST\]))/;

/** What stands behind the end of a turn: marks, or turns that the model made up. */
function behindTurn(text: string): Span[] {
  if (!/<(?:[|｜]|\/s>|end_of_turn)/.test(text)) return [];
  const end = TURN_END.exec(text);
  const isSaid = end && /[\p{L}\p{N}]/u.test(text.slice(0, end.index));
  return isSaid ? [{ from: end.index, to: text.length }] : [];
}

function blanked(text: string, spans: readonly Span[]): string {
  if (spans.length === 0) return text;
  let left = "";
  let done = 0;
  for (const { from, to } of spans) {
    // What is behind it begins a line: notations go by indentation.
    const blank = to > from ? `${" ".repeat(to - from - 1)}\n` : "";
    left += text.slice(done, from) + blank;
    done = to;
  }
  return left + text.slice(done);
}

/** A block that is never closed runs to the end of the text. */
function findReasoning(text: string): Span[] {
  const spans: Span[] = [];
  if (!mayHoldReasoning(text)) return spans;
  const lower = text.toLowerCase();
  let done = 0;
  for (const found of text.matchAll(OPENER)) {
    const from = found.index;
    if (from < done) continue;
    if (STRUCTURE.test(text.slice(done, from))) break;
    const closer = found[1] ? `</${found[1].toLowerCase()}>` : found[2] ? "[/think]" : "◁/think▷";
    const close = lower.indexOf(closer, from);
    done = close < 0 ? text.length : close + closer.length;
    spans.push({ from, to: done });
  }
  const orphan = lastOrphan(text, spans);
  if (!orphan) return spans;
  const own = { from: openerBefore(text, orphan), to: orphan.index + orphan[0].length };
  const others = spans.filter(({ from, to }) => to <= own.from || from >= own.to);
  return [...others, own].toSorted((a, b) => a.from - b.from);
}

/** The last closing tag outside of what has an opening one, and with something behind it. */
function lastOrphan(text: string, spans: readonly Span[]): RegExpExecArray | undefined {
  const orphans = [...text.matchAll(ORPHAN)].filter(
    ({ index }) => index >= (lastBefore(spans, ({ from }) => from, index)[0]?.to ?? 0),
  );
  const [first, ...others] = orphans;
  const isSaid = ({ index, 0: tag }: RegExpExecArray): boolean =>
    VISIBLE.test(text.slice(index + tag.length));
  return (
    others.findLast(isSaid) ?? (first && (spans.length === 0 || isSaid(first)) ? first : undefined)
  );
}

const VISIBLE = /[\p{L}\p{N}]/u;

/**
 * Where reasoning that ends behind structure begins: at its tag on a line of its own, or at once.
 */
function openerBefore(text: string, orphan: RegExpExecArray): number {
  const opener = orphan[0].trimEnd().replace("/", "");
  const at = text.toLowerCase().lastIndexOf(`\n${opener.toLowerCase()}`, orphan.index);
  return at < 0 ? 0 : at + 1;
}

/** A cheap look: every mark of reasoning holds one of these, and prose holds few of them. */
function mayHoldReasoning(text: string): boolean {
  if (text.includes("◁") || /\[\/?think\]/i.test(text)) return true;
  return text.includes("<") && TAG.test(text);
}
