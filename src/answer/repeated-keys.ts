/**
 * Whether an object of a valid JSON text has a key twice: `JSON.parse` keeps the last value, and the
 * others are lost. Counts the colons between strings against the members of the value.
 */
export function hasRepeatedKeys(text: string, value: unknown): boolean {
  return typeof value === "object" && value !== null && colonsIn(text) !== membersOf(value);
}

const [QUOTE, BACKSLASH, COLON] = [34, 92, 58];

function colonsIn(text: string): number {
  let colons = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === COLON) colons++;
    else if (code === QUOTE) at = closeOf(text, at);
  }
  return colons;
}

function closeOf(text: string, open: number): number {
  let close = text.indexOf('"', open + 1);
  while (close >= 0 && isEscaped(text, close)) close = text.indexOf('"', close + 1);
  return close < 0 ? text.length : close;
}

function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text.charCodeAt(first - 1) === BACKSLASH) first--;
  return (at - first) % 2 === 1;
}

function membersOf(value: object): number {
  let members = 0;
  const waiting: object[] = [value];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const children: unknown[] = Object.values(next);
    if (!Array.isArray(next)) members += children.length;
    for (const child of children)
      if (typeof child === "object" && child !== null) waiting.push(child);
  }
  return members;
}
