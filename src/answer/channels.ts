/** A stretch of a text, from one offset up to another. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Where a message of a channel begins: `<|channel|>final<|message|>`, or a call in `commentary`.
 */
const MESSAGE =
  /(?:<\|start\|>assistant([^\n<]{0,200}))?<\|channel\|>\s*(\w{1,40})([^\n]{0,300}?)<\|message\|>/g;
const RECIPIENT = / to=([\w.:-]{1,200})/;
const CLOSING = /end|return|call/;
const END = /<\|(?:end|return|call|start|channel)\|>/g;

/** The marks of channels lost, as some servers hand them on: the words alone are left. */
const BARE = /^\s*analysis(?![\s:])[^]*?assistant\s*final(?=\W|[A-Z])/;

/**
 * What a text in channels holds beside the answer: all but its final messages, or but its calls
 * where it has none. Null for a text without channels.
 */
export function outsideFinal(text: string): Span[] | null {
  if (!text.includes("<|channel|>")) {
    const bare = text.includes("assistantfinal") ? BARE.exec(text) : null;
    return bare && [{ from: 0, to: bare[0].length }];
  }
  const messages = messagesOf(text);
  const finals = messages.filter((message) => message.channel === "final");
  const spoken =
    finals.length > 0 ? finals : messages.filter(({ recipient }) => recipient !== null);
  const spans: Span[] = [];
  let done = 0;
  for (const { from, to } of spoken) {
    if (from > done) spans.push({ from: done, to: from });
    done = to;
  }
  return done < text.length ? [...spans, { from: done, to: text.length }] : spans;
}

/** A message in a channel: what it says, and where its head starts and its mark ends. */
export interface Message extends Span {
  readonly start: number;
  readonly end: number;
  readonly channel: string;
  /** The function that it goes to. */
  readonly recipient: string | null;
}

export function messagesOf(text: string): Message[] {
  const messages: Message[] = [];
  for (const found of text.matchAll(MESSAGE)) {
    const from = found.index + found[0].length;
    END.lastIndex = from;
    const mark = END.exec(text);
    const to = mark?.index ?? text.length;
    // What begins the next message is no end of this one.
    const end = mark && CLOSING.test(mark[0]) ? to + mark[0].length : to;
    const channel = (found[2] ?? "").toLowerCase();
    const recipient = RECIPIENT.exec(`${found[1] ?? ""} ${found[3] ?? ""}`)?.[1] ?? null;
    messages.push({ start: found.index, from, to, end, channel, recipient });
  }
  return messages;
}
