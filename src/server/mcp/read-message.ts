import { jsonFault, parseJson } from "../../core/json.ts";

/** What a client sent, with every digit. @throws where it is no JSON, or nested too deep */
export function readMessage(text: string): unknown {
  const message = parseJson(text);
  const fault = jsonFault(message);
  if (fault !== null) throw new Error(`the message ${fault}`);
  return message;
}
