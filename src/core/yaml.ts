import { readPlainYaml } from "./plain-yaml.ts";
import type { PlainScalar, YamlPlaces } from "./yaml-places.ts";
import type { ParseYamlOptions, YamlResult } from "./yaml-result.ts";

/** Never throws. Offsets are UTF-16 units into `text`. */
export function parseYaml(text: string, options: ParseYamlOptions = {}): YamlResult {
  const plain = readPlainYaml(text);
  if (plain !== null) return { ok: true, ...plain };
  // Loaded here: it is most of what a short command would load, and few files need it.
  // oxlint-disable-next-line typescript/no-require-imports -- what reads YAML can't be waited for
  const { parseYamlDocument } =
    require("./yaml-document.ts") as typeof import("./yaml-document.ts");
  return parseYamlDocument(text, options);
}

const YAML_1_1 = /^(?:yes|no|on|off|0[0-7]+|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+)$/i;

/** Plain scalars that YAML 1.1 would read as something else. */
export function yaml11Scalars(places: YamlPlaces): PlainScalar[] {
  return places.plainScalars().filter(({ text }) => YAML_1_1.test(text));
}
