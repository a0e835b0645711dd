import { createJavaScriptSandbox } from "../../src/sandbox/js/javascript.ts";
import { testSandbox } from "./sandbox-suite.ts";

testSandbox("of JavaScript", { language: "javascript", create: () => createJavaScriptSandbox() });
testSandbox("of JavaScript, with processes kept warm", {
  language: "javascript",
  create: () => createJavaScriptSandbox({ warm: 1 }),
  skip: { "is dead once closed, with nothing running": "the next session's process is running" },
});
