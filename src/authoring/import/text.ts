/** A prompt in our form, and what of it could not be carried over. */
export interface Converted {
  readonly text: string;
  /** The inputs that it names, by their first part. */
  readonly names: ReadonlySet<string>;
  readonly lost: readonly string[];
}

const PATH = /^[A-Za-z_][A-Za-z0-9_]*(?:\.(?:[A-Za-z_][A-Za-z0-9_]*|\d+))*$/;

/**
 * `{{name}}` and `{{a.b}}` become `{{input.…}}`. Of a condition of Handlebars or Jinja the text for
 * "yes" stays; a loop becomes the list as JSON. Each is told, as is what renders a value in another
 * way, of which the value stays.
 */
export function convertText(text: string): Converted {
  const names = new Set<string>();
  const lost: string[] = [];
  function input(path: string): string {
    names.add(path.split(".")[0] ?? path);
    return `{{input.${path}}}`;
  }
  function drop(tag: string, why: string): string {
    lost.push(`${why}: ${tag}`);
    return "";
  }
  const tag = (whole: string, inner: string): string => tagText(whole, inner, { input, drop });
  const flat = withoutBlocks(tight(text), lost)
    .replaceAll(/\{\{\{([\s\S]*?)\}\}\}/g, tag)
    .replaceAll(/\{\{([^{}]*?)\}\}/g, (whole, inner: string) =>
      inner.startsWith("input.") ? whole : tag(whole, inner),
    );
  return { text: flat, names, lost: [...new Set(lost)] };
}

/** Comments go; `{{~` and `~}}` take the white space beside them along, `{%-` and `-%}` too. */
function tight(text: string): string {
  return text
    .replaceAll(/\{\{~?!--[\s\S]*?--~?\}\}|\{\{~?![\s\S]*?\}\}|\{#[\s\S]*?#\}/g, "")
    .replaceAll(/\s*\{\{~/g, "{{")
    .replaceAll(/~\}\}\s*/g, "}}")
    .replaceAll(/\s*\{%-/g, "{%")
    .replaceAll(/-%\}\s*/g, "%}");
}

/** The innermost blocks, of either language, until there are none. */
const BLOCK =
  /(\{\{[#^](\w+)([^{}]*)\}\}|\{%\s*(if|for)\s([^%]*)%\})((?:(?!\{\{[#^/]|\{%\s*(?:if|for|end))[\s\S])*)(?:\{\{\/\w+\s*\}\}|\{%\s*end\w+\s*%\})/;

function withoutBlocks(text: string, lost: string[]): string {
  let flat = text;
  for (let found = BLOCK.exec(flat); found; found = BLOCK.exec(flat)) {
    const [whole, opening = "", helper, subject = "", word, clause = "", inside = ""] = found;
    const list = helper === "each" ? subject.trim() : /\sin\s+([\w.]+)/.exec(` ${clause}`)?.[1];
    const isLoop = helper === "each" || word === "for";
    const [yes = ""] = inside.split(/\{\{\s*else[^{}]*\}\}|\{%\s*(?:else|elif)[^%]*%\}/);
    lost.push(
      isLoop
        ? `a loop, whose list stands there as JSON: ${opening}`
        : `a condition, taken as true: ${opening}`,
    );
    const kept = isLoop ? (list !== undefined && PATH.test(list) ? `{{${list}}}` : "") : yes;
    flat = flat.slice(0, found.index) + kept + flat.slice(found.index + whole.length);
  }
  return flat.replaceAll(/\{%[\s\S]*?%\}/g, (tag) => {
    lost.push(`a tag: ${tag}`);
    return "";
  });
}

interface Means {
  readonly input: (path: string) => string;
  readonly drop: (tag: string, why: string) => string;
}

function tagText(tag: string, inner: string, { input, drop }: Means): string {
  const words = inner.replace(/^[&]/, "").trim();
  const path = words
    .replace(/^this\./, "")
    .replaceAll("[", ".")
    .replaceAll("]", "");
  if (PATH.test(path) && !["else", "this", "history"].includes(path)) return input(path);
  const [, shown] = /^json\s+([\w.]+)/.exec(words) ?? [];
  if (shown !== undefined && PATH.test(shown) && shown !== "this") return input(shown);
  const [, address] = /^media\s+url=([\w.]+)/.exec(words) ?? [];
  if (address !== undefined && PATH.test(address)) {
    drop(tag, "a file, which stands there as its address: contentMediaType of its field sends it");
    return input(address);
  }
  const [, filtered] = /^([\w.]+)\s*\|/.exec(words) ?? [];
  if (filtered !== undefined && PATH.test(filtered)) {
    drop(tag, "a filter");
    return input(filtered);
  }
  if (words.startsWith("@")) return drop(tag, "a variable of the context");
  if (words.startsWith(">")) return drop(tag, "a part of another file");
  return drop(tag, "a helper");
}
