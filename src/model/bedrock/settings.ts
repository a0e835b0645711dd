import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Config, Sourced } from "../../config/config.ts";

/** A name of a region, which becomes a part of an address. */
const REGION = /^[a-z]{2}(-[a-z]+)+-\d+$/;

/**
 * Where Bedrock is for this user: AWS_REGION, AWS_DEFAULT_REGION, or the region of the profile in
 * `~/.aws/config`. Null where none says.
 */
export function bedrockAddress(config: Config): Sourced | null {
  const region = config.get("AWS_REGION") ?? config.get("AWS_DEFAULT_REGION");
  const found = region ?? profileRegion(config);
  if (found === null || !REGION.test(found.value)) return null;
  return { ...found, value: `https://bedrock-runtime.${found.value}.amazonaws.com` };
}

/** The region of calls that are signed: as in the address, else as it is set. */
export function regionOf(url: URL, config: Config): string {
  const [, inAddress] = /\.([a-z]{2}(?:-[a-z]+)+-\d+)\./.exec(url.hostname) ?? [];
  const set = config.get("AWS_REGION") ?? config.get("AWS_DEFAULT_REGION") ?? profileRegion(config);
  return inAddress ?? set?.value ?? "us-east-1";
}

function profileRegion(config: Config): Sourced | null {
  for (const profile of profiles(config)) {
    const value = profile.get("region");
    if (value !== undefined) return { value, source: "~/.aws/config" };
  }
  return null;
}

/**
 * What each of the two files says of the profile (AWS_PROFILE, else `default`), the credentials
 * first.
 */
export function profiles(config: Config): readonly ReadonlyMap<string, string>[] {
  const name = config.get("AWS_PROFILE")?.value ?? "default";
  const home = join(config.get("HOME")?.value ?? homedir(), ".aws");
  const credentials = config.get("AWS_SHARED_CREDENTIALS_FILE")?.value;
  const settings = config.get("AWS_CONFIG_FILE")?.value;
  return [
    sectionIn(credentials ?? join(home, "credentials"), name),
    sectionIn(settings ?? join(home, "config"), name === "default" ? name : `profile ${name}`),
  ];
}

/** One section of a file of AWS's form; empty where there is no such section or file. */
function sectionIn(path: string, wanted: string): ReadonlyMap<string, string> {
  const section = new Map<string, string>();
  let inside = false;
  for (const line of textOf(path).split(/\r?\n/)) {
    const [, name] = /^\s*\[\s*([^\]]*?)\s*\]/.exec(line) ?? [];
    if (name !== undefined) inside = name === wanted;
    // What is indented belongs to a setting of its own.
    const [, key, value] = /^([A-Za-z0-9_]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (inside && key !== undefined && value !== undefined) section.set(key.toLowerCase(), value);
  }
  return section;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
