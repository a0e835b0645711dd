import type { ModelInfo } from "../../plugins/sdk/protocol.ts";
import type { Abilities, Modality } from "../model/quirks.ts";

/**
 * What is known of a model before the plugin has said anything: it is asked nothing, and has to say
 * what it takes.
 */
const UNKNOWN: Abilities = {
  schema: "none",
  schemaWithTools: true,
  thoughtsBack: null,
  filesInResults: false,
  callIds: /^.+$/s,
  jsonMode: false,
  streamUsage: true,
  system: true,
  input: null,
  thinking: "none",
  renames: {},
  refuses: [],
  refusesThinking: [],
  cacheFrom: null,
};
/** @param info undefined before the plugin has said anything of it */
export function abilitiesOf(info: ModelInfo | undefined): Abilities {
  if (info === undefined) return UNKNOWN;
  const { schema, media = [] } = info;
  const input = media.map(modalityOf).filter((modality) => modality !== null);
  return {
    ...UNKNOWN,
    schema: schema === "enforced" ? "grammar" : "none",
    input: [...new Set(input)],
  };
}

function modalityOf(mediaType: string): Modality | null {
  if (mediaType.startsWith("image/")) return "image";
  if (mediaType.startsWith("audio/")) return "audio";
  return mediaType === "application/pdf" ? "pdf" : null;
}
