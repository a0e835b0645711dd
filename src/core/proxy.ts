type Environment = Readonly<Record<string, string | undefined>>;

/** A proxy that requests go through. */
export interface Proxy {
  /** The variable that names it. */
  readonly variable: string;
  /** Host and port, without user and password. */
  readonly host: string;
}

/** The proxy that the environment sets for a URL; null where there is none or NO_PROXY has it. */
export function proxyFor(url: URL, env: Environment): Proxy | null {
  const exempt = (env["NO_PROXY"] ?? env["no_proxy"] ?? "").toLowerCase().split(/[\s,]+/);
  if (exempt.some((pattern) => isExempt(url, pattern))) return null;
  const names =
    url.protocol === "https:" ? ["HTTPS_PROXY", "https_proxy"] : ["HTTP_PROXY", "http_proxy"];
  for (const variable of [...names, "ALL_PROXY", "all_proxy"]) {
    const value = (env[variable] ?? "").trim();
    if (value !== "") return { variable, host: hostOf(value) };
  }
  return null;
}

/** A name covers what lies below it; a network is written as `127.0.0.0/8`. */
function isExempt({ hostname, port }: URL, pattern: string): boolean {
  if (pattern === "*") return true;
  const host = hostname.replace(/^\[|\]$/g, "");
  const name = pattern.replace(/^\*?\./, "");
  if (name === "") return false;
  if (host === name || name === `${host}:${port}`) return true;
  const [network = "", bits = ""] = name.split("/");
  const [inside, around] = [addressOf(host), addressOf(network)];
  if (inside === null) return host.endsWith(`.${name}`);
  if (around === null || !/^\d{1,2}$/.test(bits)) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(inside / size) === Math.floor(around / size);
}

/** An IPv4 address as a number. */
function addressOf(text: string): number | null {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return null;
  return text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function hostOf(value: string): string {
  const full = value.includes("://") ? value : `http://${value}`;
  return URL.canParse(full) ? new URL(full).host : "an address that is no URL";
}
