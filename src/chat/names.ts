/** Characters of a name that a chat is given. */
const LONGEST = 40;

/** Letters, digits, `.`, `_`, `-`: nothing that a shell or a file name takes for more. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,79}$/u;

export function isChatName(name: string): boolean {
  return NAME.test(name);
}

/** A name from the first words of a conversation that no other chat has. */
export function nameFor(text: string, taken: ReadonlySet<string>): string {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  let name = "";
  for (const word of words) {
    if (name !== "" && name.length + word.length >= LONGEST) break;
    name = name === "" ? [...word].slice(0, LONGEST).join("") : `${name}-${word}`;
  }
  if (name === "") name = "chat";
  if (!taken.has(name)) return name;
  for (let number = 2; ; number++) if (!taken.has(`${name}-${number}`)) return `${name}-${number}`;
}
