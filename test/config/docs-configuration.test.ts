import { afterEach, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseConfigFile } from "../../src/config/file.ts";
import { makePlace, type Place } from "./place.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/configuration.md"), "utf8");

function block(language: string): string {
  return new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(page)?.[1] ?? "";
}

const places: Place[] = [];
afterEach(() => {
  for (const place of places.splice(0)) place.remove();
});

test("the config.yaml of docs/configuration.md is read whole, without a warning", async () => {
  const file = await parseConfigFile(block("yaml"), "config.yaml");
  expect(file.warnings).toEqual([]);
  expect(file.defaultModel).toBe("openai/gpt-5-mini");
  expect(file.providers.get("acme")?.headers).toEqual({ "X-Org": "${ACME_ORG}" });
  expect(file.models.get("acme/large")?.outputPrice).toBe(1.5);
});

test("the .env of docs/configuration.md is read whole, without a warning", async () => {
  const place = makePlace({ "project/.env": block("sh") });
  places.push(place);
  const config = await place.load();
  expect(config.warnings).toEqual([]);
  expect(config.get("OPENAI_API_KEY")?.value).toBe("sk-...");
  expect(config.get("GROQ_API_KEY")?.value).toBe("gsk_...");
  expect(config.get("ACME_API_BASE")?.value).toBe("https://llm.acme.example/v1");
});
