import { describe, expect, test } from "bun:test";
import { createPlaces } from "../../src/sandbox/places.ts";
import { rejectionOf } from "./suite/case.ts";

const never = new AbortController().signal;

describe("createPlaces()", () => {
  test("lets so many in, and the others in their order", async () => {
    const places = createPlaces(2);
    const came: number[] = [];
    const entering = [1, 2, 3, 4].map(async (each) => {
      const leave = await places.enter(never);
      came.push(each);
      return leave;
    });
    await Bun.sleep(0);
    expect(came).toEqual([1, 2]);
    (await entering[1])?.();
    await Bun.sleep(0);
    expect(came).toEqual([1, 2, 3]);
    (await entering[0])?.();
    await Bun.sleep(0);
    expect(came).toEqual([1, 2, 3, 4]);
  });

  test("lets go of one that is cancelled while it waits, at once, and gives its place to nobody twice", async () => {
    const places = createPlaces(1);
    const leave = await places.enter(never);
    const controller = new AbortController();
    const cancelled = places.enter(controller.signal);
    const next = places.enter(never);
    controller.abort("enough");
    expect(await rejectionOf(cancelled)).toBe("enough");
    expect(await rejectionOf(places.enter(controller.signal))).toBe("enough");
    leave();
    (await next)();
    (await places.enter(never))();
  });
});
