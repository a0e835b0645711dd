import { afterAll, describe, expect, test, setDefaultTimeout } from "bun:test";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../cli/command-line.ts";
import {
  BASIC_TOOLS,
  filesIn,
  install,
  makeHome,
  makeSmallRelease,
  pathOf,
  serveFolder,
  removeHomes,
} from "./installer.ts";

// Programs of 120 MB are copied, read and run, on a machine that may be busy.
setDefaultTimeout(180_000);
afterAll(removeHomes);

const CLIENTS = ["curl", "wget"].filter((name) => Bun.which(name) !== null);
const certificate = makeCertificate();

describe.skipIf(certificate === null)("install.sh and https (skipped without openssl)", () => {
  const tls = { key: certificate?.key ?? "", cert: certificate?.cert ?? "" };
  const trusting = { CURL_CA_BUNDLE: certificate?.path ?? "", WGETRC: certificate?.wgetrc ?? "" };

  test.each(CLIENTS)(
    "%s wants a certificate that it trusts, and follows no redirect to http",
    async (client) => {
      const PATH = pathOf([...BASIC_TOOLS, "sha256sum", client]);
      const folder = makeSmallRelease("echo 1.2.3");
      const plain = serveFolder(folder);
      const server = Bun.serve({
        port: 0,
        hostname: "127.0.0.1",
        tls,
        fetch(request) {
          const path = new URL(request.url).pathname;
          if (path.startsWith("/away/"))
            return Response.redirect(`${plain.url}/${path.slice("/away/".length)}`, 302);
          return new Response(Bun.file(join(folder, path)));
        },
      });
      const from = `https://localhost:${server.port}`;
      const home = makeHome();
      expect(await install(home, ["--from", from], { env: { PATH } })).toMatchObject({ exit: 1 });
      expect(
        await install(home, ["--from", `${from}/away`], { env: { PATH, ...trusting } }),
      ).toMatchObject({ exit: 1 });
      expect(filesIn(home)).toEqual([]);
      expect(await install(home, ["--from", from], { env: { PATH, ...trusting } })).toMatchObject({
        exit: 0,
      });
      await server.stop(true);
      await plain.stop();
    },
  );
});

/** A certificate for `localhost` that nobody vouches for; null without openssl. */
function makeCertificate() {
  const folder = makeFolder();
  const [path, keyPath] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const subject = [
    "-subj",
    "/CN=localhost",
    "-addext",
    "subjectAltName=DNS:localhost",
    "-days",
    "2",
  ];
  const args = [
    "req",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-keyout",
    keyPath,
    "-out",
    path,
    ...subject,
  ];
  if (spawnSync("openssl", args).status !== 0) return null;
  const wgetrc = join(makeFolder({ wgetrc: `ca_certificate = ${path}\n` }), "wgetrc");
  return { path, wgetrc, cert: readFileSync(path, "utf8"), key: readFileSync(keyPath, "utf8") };
}
