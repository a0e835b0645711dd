import { expect, test } from "bun:test";
import { once } from "../../src/core/once.ts";

test("once() makes it when it is first asked for, and then never again", () => {
  let made = 0;
  const value = once(() => {
    made++;
    return null;
  });
  expect(made).toBe(0);
  expect([value(), value()]).toEqual([null, null]);
  expect(made).toBe(1);
});
