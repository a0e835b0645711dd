/** What may stand in front of a tag's name: `minimax:invoke`, `｜DSML｜invoke`. */
const PREFIX = String.raw`(?:[\w-]{1,40}:|[|｜]DSML[|｜])?`;
const AROUND = "tool_?calls?|function_?calls?";
const CALL = "function|invoke|tool_call|tool";
const NAME = String.raw`"[^"\n<>]{1,200}"|'[^'\n<>]{1,200}'|[^\s"'<>]{1,200}`;

/** A token such as `<|python_tag|>`: two kinds of bars and of low lines are in use. */
function token(words: string): string {
  return `<[|｜](?:${words.replaceAll("_", "[_▁]")})[|｜]>`;
}

const TAGS = [
  `<${PREFIX}(?:${AROUND})>`,
  String.raw`<${PREFIX}(?:${CALL})(?:=|\s+name=)(${NAME})[^<>\n]{0,100}>`,
];
const TOKENS = [
  token("python_tag|python_start|tool_calls?|START_ACTION|action_start|plugin"),
  token("tool_calls?_begin|tool_calls_section_begin"),
  String.raw`\[TOOL_CALLS\]`,
];
const CLOSERS = [
  `</${PREFIX}(?:${AROUND}|${CALL})>`,
  token("/tool_calls?|tool_calls?_end|tool_calls_section_end|python_end|END_ACTION|action_end"),
  token("call|eom_id|eot_id|im_end|end_of_turn"),
  String.raw`\[/TOOL_CALLS\]|</s>`,
];

/** What says that a call begins; the name that it says is the first group. */
export const OPENER = new RegExp([...TAGS, ...TOKENS].join("|"), "iy");
/** What says that a call ends. */
export const CLOSER = new RegExp(CLOSERS.join("|"), "iy");
export const NEXT_CLOSER = new RegExp(CLOSERS.join("|"), "gi");
/** The next place that counts: a fence, words in backticks, a call. */
export const NEXT_PLACE = new RegExp(
  String.raw`^[ \t]*(?<fence>\x60{3,}|~{3,})|(?<code>\x60[^\x60\n]*\x60?)|(?<tag>${TAGS.join("|")})|(?<token>${TOKENS.join("|")})`,
  "gim",
);
/** What stands between the name of a call and its arguments. */
export const SEPARATOR = new RegExp(
  String.raw`\s*(?:\[CALL_ID\]\w{1,80})?(?:\[ARGS\]|${token("tool_sep|tool_call_argument_begin")})`,
  "iy",
);

/** Behind the blanks at an offset. */
export function blanksEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 32) at++;
  return at;
}
