import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { addToDate, daysBetween, timeInZone } from "../../plugins/calculator/dates.ts";
import { calculate } from "../../plugins/calculator/expression.ts";
import { decimal, fraction } from "../../plugins/calculator/fraction.ts";
import { convert } from "../../plugins/calculator/units.ts";

const result = (expression: string): string => decimal(calculate(expression)).result;

describe("calculate", () => {
  test.each([
    ["0.1 + 0.2", "0.3"],
    ["(0.1 + 0.2) * 3", "0.9"],
    ["2 + 3 * 4 - 5", "9"],
    ["-2^2", "-4"],
    ["2^-1", "0.5"],
    ["2^3^2", "512"],
    ["7 % 3", "1"],
    ["-7 % 3", "2"],
    [".5 * 4", "2"],
    ["round(2 / 3, 4)", "0.6667"],
    ["round(-2.5)", "-3"],
    ["floor(-0.5) + ceil(0.5)", "0"],
    ["max(1, 2.5, 2) - min(3, 1)", "1.5"],
    ["sum(0.1, 0.2, 0.3)", "0.6"],
    ["abs(-3)", "3"],
    ["100 * 1.19", "119"],
    ["2^200", "1606938044258990275541962092341162602522202993782792835301376"],
    ["12345678901234567890 * 98765432109876543210", "1219326311370217952237463801111263526900"],
  ])("%s is %s", (expression, wanted) => {
    expect(decimal(calculate(expression))).toEqual({ result: wanted, exact: true });
  });
  test("says that a third is rounded", () => {
    const thirds = `0.${"3".repeat(30)}`;
    expect(decimal(calculate("1 / 3"))).toEqual({ result: thirds, exact: false });
  });
  test.each([
    ["1 / 0", "divides by zero"],
    ["1 +", "too early"],
    ["1 2", '"2" at 3 is not expected'],
    ["(1", "too early"],
    ["sqrt(4)", 'there is no "sqrt"; there are abs'],
    ["2 $ 3", '"$" at 3 is not understood'],
    ["round(1, 2, 3)", "round takes 1 or 2 values"],
    ["2^0.5", "no whole number"],
    ["9^9^9", "too large"],
    ["2^999999", "too large"],
    [`${"(".repeat(500)}1${")".repeat(500)}`, "nested too deep"],
    [`${"-".repeat(500)}1`, "nested too deep"],
    ["constructor(1)", 'there is no "constructor"'],
  ])("refuses %s: %s", (expression, words) => {
    expect(() => calculate(expression)).toThrow(words);
  });
  test("is what whole numbers give, whatever they are", () => {
    const whole = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
    fc.assert(
      fc.property(whole, whole, whole, (a, b, c) => {
        expect(result(`(${a}) * (${b}) - (${c})`)).toBe(String(a * b - c));
      }),
      { numRuns: 500 },
    );
  });
  test("a decimal number is written as it was", () => {
    const parts = fc.tuple(fc.integer({ min: 0 }), fc.integer({ min: 1, max: 999 }));
    fc.assert(
      fc.property(parts, ([whole, decimals]) => {
        const text = `${whole}.${String(decimals).padStart(3, "0")}`;
        expect(result(text)).toBe(text.replace(/0+$/, ""));
      }),
      { numRuns: 300 },
    );
  });
  test("fractions are in lowest terms", () => {
    expect(fraction(6n, -4n)).toEqual({ over: -3n, under: 2n });
    expect(fraction(0n, 7n)).toEqual({ over: 0n, under: 1n });
  });
});

describe("convert", () => {
  test.each([
    ["5", "mi", "km", "8.04672"],
    ["20", "degC", "degF", "68"],
    ["-40", "degF", "degC", "-40"],
    ["0", "K", "degC", "-273.15"],
    ["100", "km/h", "m/s", "27.777777777777777777777777777778"],
    ["36", "km/h", "m/s", "10"],
    ["1", "lb", "g", "453.59237"],
    ["1", "us_gal", "l", "3.785411784"],
    ["1", "GiB", "MB", "1073.741824"],
    ["2", "h", "min", "120"],
  ])("%s %s is so many %s: %s", (value, from, to, wanted) => {
    expect(decimal(convert(value, from, to)).result).toBe(wanted);
  });
  test.each([
    ["parsec", "m", 'there is no unit "parsec"; there are m, km'],
    ["constructor", "m", 'there is no unit "constructor"'],
    ["kg", "m", '"kg" is a unit of mass, and "m" one of length'],
  ])("refuses %s to %s", (from, to, words) => {
    expect(() => convert("1", from, to)).toThrow(words);
  });
  test("there and back again is the same for all units of a kind", () => {
    for (const [a, b] of [
      ["in", "nmi"],
      ["oz", "st"],
      ["degF", "K"],
      ["acre", "ha"],
    ] as const)
      expect(decimal(convert(decimal(convert("7", a, b)).result, b, a)).result).toMatch(
        /^(?:7|6\.9{20,}|7\.0{20,})/,
      );
  });
});

describe("dates", () => {
  test.each([
    ["2024-01-31", { months: 1 }, "2024-02-29", "Thursday"],
    ["2023-01-31", { months: 1 }, "2023-02-28", "Tuesday"],
    ["2024-02-29", { years: 1 }, "2025-02-28", "Friday"],
    ["2024-03-31", { months: -1 }, "2024-02-29", "Thursday"],
    ["2024-12-31", { days: 1 }, "2025-01-01", "Wednesday"],
    ["2024-01-01", { weeks: 2, days: -1 }, "2024-01-14", "Sunday"],
    ["2024-01-15", { months: -13 }, "2022-12-15", "Thursday"],
    ["0050-03-01", { days: -1 }, "0050-02-28", "Monday"],
  ])("%s and %j is %s, a %s", (date, amounts, wanted, weekday) => {
    expect(addToDate(date, amounts)).toEqual({ date: wanted, weekday });
  });
  test.each([
    ["2023-02-29", {}],
    ["2024-13-01", {}],
    ["9999-12-31", { days: 1 }],
    ["0000-01-01", { days: -1 }],
  ])("%s and %j is refused", (date, amounts) => {
    expect(() => addToDate(date, amounts)).toThrow();
  });
  test("counts days and weekdays", () => {
    expect(daysBetween("2024-02-01", "2024-03-01")).toEqual({
      days: 29,
      weekdays: 21,
      from_weekday: "Thursday",
      to_weekday: "Friday",
    });
    expect(daysBetween("2024-03-01", "2024-02-01")).toMatchObject({ days: -29, weekdays: -21 });
    expect(daysBetween("2024-03-02", "2024-03-04")).toMatchObject({ days: 2, weekdays: 0 });
  });
  test("counts weekdays as one would by hand", () => {
    const day = fc.integer({ min: 0, max: 4000 });
    const date = (at: number): string =>
      new Date(Date.UTC(2020, 0, 1) + at * 86_400_000).toISOString().slice(0, 10);
    fc.assert(
      fc.property(day, fc.integer({ min: 0, max: 400 }), (from, more) => {
        const days = Array.from({ length: more }, (_, at) => new Date(date(from + at)).getUTCDay());
        const count = days.filter((each) => each !== 0 && each !== 6).length;
        expect(daysBetween(date(from), date(from + more)).weekdays).toBe(count);
      }),
      { numRuns: 300 },
    );
  });
});

describe("time zones", () => {
  test.each([
    ["2024-07-01T12:00:00Z", undefined, "Asia/Tokyo", "2024-07-01T21:00:00+09:00", "Monday"],
    [
      "2024-07-01T12:00:00",
      "Europe/Oslo",
      "America/New_York",
      "2024-07-01T06:00:00-04:00",
      "Monday",
    ],
    ["2024-01-01T00:30:00+05:30", undefined, "UTC", "2023-12-31T19:00:00+00:00", "Sunday"],
    ["2024-07-01T12:00:00Z", undefined, "Asia/Kathmandu", "2024-07-01T17:45:00+05:45", "Monday"],
  ])("%s (%p) is in %s %s", (time, from, to, wanted, weekday) => {
    expect(timeInZone(time, from, to)).toEqual({ time: wanted, weekday });
  });
  test.each([
    ["2024-03-31T02:30:00", "Europe/Oslo", "never show"],
    ["2024-10-27T02:30:00", "Europe/Oslo", "twice"],
    ["2024-07-01T12:00:00", "Mars/Olympus", 'no time zone "Mars/Olympus"'],
    ["2024-07-01T25:00:00", "Europe/Oslo", "no time"],
    ["yesterday", "Europe/Oslo", "no local time"],
    ["2024-07-01T12:00:00", undefined, "no time with an offset"],
  ])("%s in %p is refused: %s", (time, from, words) => {
    expect(() => timeInZone(time, from, "UTC")).toThrow(words);
  });
});
