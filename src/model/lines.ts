/** Lines out of bytes, whatever pieces they come in; CRLF, LF and CR each end one. */
export async function* readLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let pending = "";
  let endedInReturn = false;
  for await (const piece of bytes) {
    let text = decoder.decode(piece, { stream: true });
    if (text === "") continue;
    // A CRLF that two pieces share is one end of line.
    if (endedInReturn && text.startsWith("\n")) text = text.slice(1);
    endedInReturn = text.endsWith("\r");
    const lines = text.split(/\r\n|\n|\r/);
    const last = lines.pop() ?? "";
    for (const line of lines) {
      yield pending + line;
      pending = "";
    }
    pending += last;
  }
  pending += decoder.decode();
  if (pending !== "") yield pending;
}
