import { afterAll, expect, test } from "bun:test";
import { createServer } from "node:net";
import { PNG } from "./files.ts";
import { read, readerIn } from "./reader.ts";

const hosts: (string | null)[] = [];
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  idleTimeout: 60,
  async fetch(request) {
    const url = new URL(request.url);
    hosts.push(request.headers.get("host"));
    const to = url.searchParams.get("to");
    if (url.pathname === "/a.png")
      return new Response(PNG, { headers: { "content-type": "text/html" } });
    if (url.pathname === "/page.png")
      return new Response("<!doctype html><html>", { headers: { "content-type": "image/png" } });
    if (url.pathname === "/to" && to !== null)
      return new Response(null, { status: 302, headers: { location: to } });
    if (url.pathname === "/loop")
      return new Response(null, { status: 301, headers: { location: "/loop" } });
    if (url.pathname === "/nowhere") return new Response(null, { status: 302 });
    if (url.pathname === "/told") return new Response(new Uint8Array(2 * 1024 * 1024));
    if (url.pathname === "/endless") return new Response(endless());
    return new Response("no", { status: 404 });
  },
});
afterAll(() => server.stop(true));

function endless(): ReadableStream {
  return new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(256 * 1024)),
  });
}

const here = `127.0.0.1:${server.port}`;
const open = readerIn("/", { hosts: [here] });

test("a reader takes the picture behind a URL by its bytes, whatever the server says", async () => {
  expect(await read(open, `http://${here}/a.png?x=1`)).toBe("ok");
  expect(await read(open, `http://${here}/page.png`)).toBe(
    "value: is text/html by its first bytes, but image/* is wanted",
  );
  const { signal } = new AbortController();
  const reading = await open.read(`http://${here}/a.png?x=1`, {
    accepts: ["image/*"],
    allow: [],
    signal,
  });
  expect(reading).toMatchObject({ ok: true, media: { name: "a.png" } });
});

test("a reader follows redirects by hand, five at most, each checked", async () => {
  const to = (target: string) => `http://${here}/to?to=${encodeURIComponent(target)}`;
  expect(await read(open, to("/a.png"))).toBe("ok");
  expect(await read(open, to(to(to(to(to("/a.png"))))))).toBe("ok");
  expect(await read(open, to(to(to(to(to(to("/a.png")))))))).toMatch(
    /redirects more than 5 times$/,
  );
  expect(await read(open, `http://${here}/loop`)).toMatch(/redirects more than 5 times$/);
  const before = hosts.length;
  for (const target of [
    "http://localhost:1/",
    "http://[::1]/",
    "http://169.254.169.254/latest/",
    "//10.0.0.1/",
  ])
    expect(await read(open, to(target))).toMatch(
      /^unreadable: names the host ".*"(?: at .*)?, which is not on the public internet$/,
    );
  expect(hosts.length - before).toBe(4);
  expect(await read(open, to("file:///etc/passwd"))).toBe(
    'value: leads on to "file:///etc/passwd", but only http and https are read',
  );
  expect(await read(open, `http://${here}/nowhere`)).toMatch(/whose server answers 302$/);
});

test("a reader dials the address that was checked, and asks for it once", async () => {
  const answers = [["127.0.0.1"], ["127.0.0.2"]];
  const asked: string[] = [];
  const reader = readerIn("/", {
    hosts: ["pictures.example"],
    lookup: async (host) => {
      asked.push(host);
      return answers.shift() ?? [];
    },
  });
  expect(await read(reader, `http://pictures.example:${server.port}/a.png`)).toBe("ok");
  expect(asked).toEqual(["pictures.example"]);
  expect(hosts.at(-1)).toBe(`pictures.example:${server.port}`);
});

test("a reader stops at the limit, told or not", async () => {
  expect(await read(open, `http://${here}/told`)).toBe(
    "value: has 2.0 MiB, but no more than 1 MiB is taken",
  );
  expect(await read(open, `http://${here}/endless`)).toMatch(
    /^value: has .* MiB, but no more than 1 MiB is taken$/,
  );
});

test("a reader takes no part for the whole", async () => {
  const heads = [
    "Content-Length: 1000\r\n\r\n",
    `Transfer-Encoding: chunked\r\n\r\n${PNG.length.toString(16)}\r\n`,
  ];
  for (const head of heads) {
    const cut = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        data(socket) {
          socket.write(`HTTP/1.1 200 OK\r\n${head}`);
          socket.write(PNG);
          socket.write("\r\n");
          setTimeout(() => socket.end(), 30);
        },
      },
    });
    const reader = readerIn("/", { hosts: ["127.0.0.1"] });
    expect(await read(reader, `http://127.0.0.1:${cut.port}/a.png`)).toMatch(
      /^unreadable: .* (?:broke|broke off .*)$/,
    );
    cut.stop(true);
  }
});

test("a reader says what went wrong, without what may be secret", async () => {
  expect(await read(open, `http://${here}/gone.png?key=s3cret`)).toBe(
    `unreadable: names the URL "http://${here}/gone.png?…", whose server answers 404`,
  );
  expect(await read(open, `http://me:s3cret@${here}/a.png`)).toBe(
    `value: names the URL "http://${here}/a.png" with a user or password, which is not sent`,
  );
  const closed = readerIn("/", { hosts: ["127.0.0.1"] });
  expect(await read(closed, "http://127.0.0.1:1/a.png")).toMatch(/nothing listens there$/);
  expect(await read(closed, "http://%zz/a.png")).toMatch(/which is no URL$/);
  expect(await read(readerIn("/", { lookup: async () => [] }), "http://none.example/")).toMatch(
    /has no address$/,
  );
});

test("a reader does not go through a proxy, where addresses can't be checked", async () => {
  const lookup = async () => ["10.0.0.1"];
  const proxied = readerIn("/", {
    env: { HTTPS_PROXY: "http://proxy:8080", NO_PROXY: "intra.example" },
    lookup,
  });
  expect(await read(proxied, "https://pictures.example/a.png")).toMatch(
    /but HTTPS_PROXY is set, and behind a proxy its address can't be checked$/,
  );
  expect(await read(proxied, "https://www.intra.example/a.png")).toMatch(
    /not on the public internet$/,
  );
  expect(await read(proxied, "http://pictures.example/a.png")).toMatch(
    /not on the public internet$/,
  );
});

test("a reader ends at once when it is told to", async () => {
  const stop = new AbortController();
  const reader = readerIn("/", { hosts: ["slow.example"], lookup: () => new Promise(() => {}) });
  const reading = reader.read("http://slow.example/", {
    accepts: ["image/*"],
    allow: [],
    signal: stop.signal,
  });
  stop.abort(new Error("enough"));
  expect(reading).rejects.toThrow("enough");
});

test("a reader takes no file whose download broke off, however its server ends it", async () => {
  const sent: Record<string, Uint8Array> = { "/whole": PNG, "/half": PNG.subarray(0, 40) };
  const mp3 = new Uint8Array([0xff, 0xfb, 0x90, 0x64, ...new Uint8Array(400)]);
  sent["/sound"] = mp3;
  const raw = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (request) => {
      const [, path = ""] = String(request).split(" ");
      socket.write("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
      socket.write(sent[path] ?? "");
      if (path === "/half") setTimeout(() => socket.resetAndDestroy(), 20);
      else socket.end();
    });
  });
  await new Promise<void>((resolve) => raw.listen(0, "127.0.0.1", resolve));
  const address = raw.address();
  const at = `127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}`;
  const reader = readerIn("/", { hosts: [at] });
  try {
    expect(await read(reader, `http://${at}/whole`)).toBe("ok");
    expect(await read(reader, `http://${at}/half`)).toMatch(/broke off after 40 bytes$/);
    expect(await read(reader, `http://${at}/sound`, { accepts: ["audio/*"] })).toMatch(
      /whose server doesn't say how long it is: whether it is whole can't be told$/,
    );
  } finally {
    raw.close();
  }
});
