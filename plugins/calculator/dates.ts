const DAY = 86_400_000;
const WEEKDAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");
const LOCAL_TIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2}))?$/;
const OFFSET_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/;

export interface Amounts {
  readonly years?: number;
  readonly months?: number;
  readonly weeks?: number;
  readonly days?: number;
}

export function addToDate(
  date: string,
  { years = 0, months = 0, weeks = 0, days = 0 }: Amounts,
): { date: string; weekday: string } {
  const start = new Date(dateOf(date));
  const month = start.getUTCFullYear() * 12 + start.getUTCMonth() + years * 12 + months;
  const [year, inYear] = [Math.floor(month / 12), ((month % 12) + 12) % 12];
  const last = new Date(utc(year, inYear + 1, 0)).getUTCDate();
  const moved = utc(year, inYear, Math.min(start.getUTCDate(), last));
  return shown(moved + (weeks * 7 + days) * DAY);
}

export function daysBetween(from: string, to: string) {
  const [start, end] = [dateOf(from), dateOf(to)];
  const days = (end - start) / DAY;
  const [first, last] = [Math.min(start, end), Math.max(start, end)];
  let weekdays = Math.floor((last - first) / DAY / 7) * 5;
  for (let day = last - (((last - first) / DAY) % 7) * DAY; day < last; day += DAY)
    if (isWeekday(day)) weekdays++;
  return {
    days,
    weekdays: days < 0 ? -weekdays : weekdays,
    from_weekday: shown(start).weekday,
    to_weekday: shown(end).weekday,
  };
}

export function timeInZone(
  time: string,
  fromZone: string | undefined,
  toZone: string,
): { time: string; weekday: string } {
  const instant = fromZone === undefined ? instantOf(time) : instantIn(time, fromZone);
  const offset = offsetAt(instant, toZone);
  const local = new Date(instant + offset * 60_000).toISOString().slice(0, 19);
  const [sign, minutes] = [offset < 0 ? "-" : "+", Math.abs(offset)];
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60].map(twoDigits);
  return {
    time: `${local}${sign}${hours}:${rest}`,
    weekday: shown(dateOf(local.slice(0, 10))).weekday,
  };
}

/** Milliseconds of a date's midnight in UTC. */
function dateOf(text: string): number {
  const [year = 0, month = 0, day = 0] = text.split("-").map(Number);
  const time = utc(year, month - 1, day);
  if (shown(time).date !== text) throw new Error(`there is no date ${text}`);
  return time;
}

/** `Date.UTC` takes a year below 100 for one of the last century. */
function utc(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  const time = date.getTime();
  if (year < 0 || year > 9999 || Number.isNaN(time)) throw new Error("years go from 0 to 9999");
  return time;
}

function shown(time: number): { date: string; weekday: string } {
  const date = new Date(time);
  const year = date.getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) throw new Error("years go from 0 to 9999");
  return { date: date.toISOString().slice(0, 10), weekday: WEEKDAYS[date.getUTCDay()] ?? "" };
}

function isWeekday(time: number): boolean {
  const day = new Date(time).getUTCDay();
  return day !== 0 && day !== 6;
}

function instantOf(time: string): number {
  const instant = OFFSET_TIME.test(time) ? Date.parse(time) : Number.NaN;
  if (!Number.isNaN(instant)) return instant;
  throw new Error(
    `"${time}" is no time with an offset, such as 2024-07-01T12:00:00Z; or name its from_zone`,
  );
}

/** @throws {Error} for a time that a clock there never shows, or shows twice */
function instantIn(time: string, zone: string): number {
  const parts = LOCAL_TIME.exec(time)
    ?.slice(1)
    .map((part) => Number(part ?? 0));
  if (parts === undefined)
    throw new Error(`"${time}" is no local time, such as 2024-07-01T12:00:00`);
  const [hour = 0, minute = 0, second = 0] = parts.slice(3);
  if (hour > 23 || minute > 59 || second > 59) throw new Error(`there is no time ${time}`);
  const clock = dateOf(time.slice(0, 10)) + ((hour * 60 + minute) * 60 + second) * 1000;
  // An offset is at most 26 hours from any other: both sides of a change are among these.
  const offsets = new Set([-DAY, 0, DAY].map((shift) => offsetAt(clock + shift, zone)));
  const instants = [...offsets]
    .map((offset) => clock - offset * 60_000)
    .filter((instant) => instant + offsetAt(instant, zone) * 60_000 === clock);
  const [instant, other] = instants;
  if (instant === undefined) throw new Error(`clocks in ${zone} never show ${time}`);
  if (other !== undefined) throw new Error(`clocks in ${zone} show ${time} twice: give an offset`);
  return instant;
}

/** Minutes that clocks of a zone are ahead of UTC. */
function offsetAt(instant: number, zone: string): number {
  let parts: readonly Intl.DateTimeFormatPart[];
  try {
    parts = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    }).formatToParts(instant);
  } catch {
    throw new Error(`there is no time zone "${zone}"; zones have names such as Europe/Oslo`);
  }
  const part = (type: string): number => Number(parts.find((each) => each.type === type)?.value);
  const date = utc(part("year"), part("month") - 1, part("day"));
  const clock = date + ((part("hour") * 60 + part("minute")) * 60 + part("second")) * 1000;
  return Math.round((clock - Math.floor(instant / 1000) * 1000) / 60_000);
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
