import { describe, expect, test } from "bun:test";
import { signedHeaders } from "../../../src/model/bedrock/sigv4.ts";

/** Those of AWS's published examples. */
const CREDENTIALS = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  sessionToken: null,
};
const SCOPE = { region: "us-east-1", service: "service", at: new Date("2015-08-30T12:36:00Z") };

function signatureOf(path: string, method = "GET", headers = {}): string {
  const url = new URL(path, "https://example.amazonaws.com");
  const { authorization } = signedHeaders({ method, url, body: "", headers }, CREDENTIALS, SCOPE);
  return /Signature=(\w+)$/.exec(authorization ?? "")?.[1] ?? "";
}

describe("signedHeaders()", () => {
  test("signs as the first example of AWS's test suite", () => {
    const url = new URL("https://example.amazonaws.com/");
    expect(signedHeaders({ method: "GET", url, body: "" }, CREDENTIALS, SCOPE)).toEqual({
      "x-amz-date": "20150830T123600Z",
      authorization:
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    });
  });
  test("signs as the example of the manual, with a query and a header more", () => {
    const url = new URL("https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08");
    const headers = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
    const scope = { ...SCOPE, service: "iam" };
    const { authorization } = signedHeaders(
      { method: "GET", url, body: "", headers },
      CREDENTIALS,
      scope,
    );
    expect(authorization).toEndWith(
      "SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
    );
  });
  test("signs the other examples of the test suite: method, query, order", () => {
    expect(signatureOf("/", "POST")).toBe(
      "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
    );
    expect(signatureOf("/?Param2=value2&Param1=value1")).toBe(
      "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    );
  });
  test("sends and signs a session's token", () => {
    const url = new URL("https://example.amazonaws.com/");
    const credentials = { ...CREDENTIALS, sessionToken: "a token" };
    const headers = signedHeaders({ method: "GET", url, body: "" }, credentials, SCOPE);
    expect(headers["x-amz-security-token"]).toBe("a token");
    expect(headers["authorization"]).toContain(
      "SignedHeaders=host;x-amz-date;x-amz-security-token",
    );
  });
});
