import { isObject, type Json, writeJson } from "../core/json.ts";
import type { Parameter } from "./shape.ts";

/**
 * A parameter as OpenAPI's styles write it.
 * @returns for a path or header its text; for a query or cookie pairs such as `id=1`
 */
export function written(parameter: Parameter, value: Json): readonly string[] {
  const { in: where, isJson } = parameter;
  const encode = where === "header" ? (text: string) => text : encoder(parameter.allowReserved);
  if (isJson) return single(parameter, encode(writeJson(value)));
  if (Array.isArray(value))
    return list(
      parameter,
      value.map((each) => encode(textOf(each))),
    );
  if (!isObject(value)) return single(parameter, encode(textOf(value)));
  const members = Object.entries(value)
    .filter(([, member]) => member !== null && member !== undefined)
    .map(([key, member]) => [encode(key), encode(textOf(member))] as const);
  return object(parameter, members);
}

type Member = readonly [key: string, value: string];

function single({ name, in: where, style }: Parameter, text: string): readonly string[] {
  if (where === "query" || where === "cookie") return [`${keyText(name)}=${text}`];
  if (style === "label") return [`.${text}`];
  return [style === "matrix" ? `;${keyText(name)}${text === "" ? "" : `=${text}`}` : text];
}

function list(parameter: Parameter, texts: readonly string[]): readonly string[] {
  const { name, style, explode } = parameter;
  switch (style) {
    case "form":
      if (texts.length === 0) return [];
      return explode
        ? texts.map((text) => `${keyText(name)}=${text}`)
        : [`${keyText(name)}=${texts.join(",")}`];
    case "spaceDelimited":
      return explode ? list(exploded(parameter), texts) : joined(name, texts, "%20");
    case "pipeDelimited":
      return explode ? list(exploded(parameter), texts) : joined(name, texts, "%7C");
    case "deepObject":
      return texts.map((text, index) => `${keyText(`${name}[${index}]`)}=${text}`);
    case "label":
      return [`.${texts.join(explode ? "." : ",")}`];
    case "matrix":
      return [
        explode
          ? texts.map((text) => `;${keyText(name)}=${text}`).join("")
          : `;${keyText(name)}=${texts.join(",")}`,
      ];
    default:
      return [texts.join(",")];
  }
}

function object(parameter: Parameter, members: readonly Member[]): readonly string[] {
  const { name, style, explode } = parameter;
  const flat = members.flat();
  const pairs = members.map(([member, value]) => `${member}=${value}`);
  switch (style) {
    case "form":
      if (members.length === 0) return [];
      return explode ? pairs : [`${keyText(name)}=${flat.join(",")}`];
    case "spaceDelimited":
      return explode ? pairs : joined(name, flat, "%20");
    case "pipeDelimited":
      return explode ? pairs : joined(name, flat, "%7C");
    case "deepObject":
      return members.map(([member, value]) => `${keyText(name)}%5B${member}%5D=${value}`);
    case "label":
      return [`.${explode ? pairs.join(".") : flat.join(",")}`];
    case "matrix":
      return [
        explode ? pairs.map((pair) => `;${pair}`).join("") : `;${keyText(name)}=${flat.join(",")}`,
      ];
    default:
      return [(explode ? pairs : flat).join(",")];
  }
}

function exploded(parameter: Parameter): Parameter {
  return { ...parameter, style: "form" };
}

function joined(name: string, texts: readonly string[], by: string): readonly string[] {
  return texts.length === 0 ? [] : [`${keyText(name)}=${texts.join(by)}`];
}

function keyText(name: string): string {
  return encoder(false)(name);
}

/** A value within a list or an object; what is larger than that is written as JSON. */
function textOf(value: Json): string {
  if (value === null) return "";
  return typeof value === "string" ? value : writeJson(value);
}

/** All but what RFC 3986 leaves as it is; with `allowReserved`, reserved characters stay too. */
function encoder(allowReserved: boolean): (text: string) => string {
  return (text) => {
    const encoded = encodeURIComponent(text.toWellFormed()).replaceAll(
      /[!'()*]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    );
    if (!allowReserved) return encoded;
    return encoded.replaceAll(
      /%(?:3A|2F|3F|5B|5D|40|21|24|27|28|29|2A|2C|3B)/g,
      decodeURIComponent,
    );
  };
}
