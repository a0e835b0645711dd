import type { Kind } from "./kinds.ts";
import type { Random } from "./random.ts";

const MONTHS: readonly (readonly string[])[] = [
  ["January", "Januar", "janvier", "enero", "января", "stycznia", "Ocak", "يناير", "जनवरी"],
  ["February", "Februar", "février", "febrero", "февраля", "lutego", "Şubat", "فبراير", "फ़रवरी"],
  ["March", "März", "mars", "marzo", "марта", "marca", "Mart", "مارس", "मार्च"],
  ["April", "April", "avril", "abril", "апреля", "kwietnia", "Nisan", "أبريل", "अप्रैल"],
  ["May", "Mai", "mai", "mayo", "мая", "maja", "Mayıs", "مايو", "मई"],
  ["June", "Juni", "juin", "junio", "июня", "czerwca", "Haziran", "يونيو", "जून"],
  ["July", "Juli", "juillet", "julio", "июля", "lipca", "Temmuz", "يوليو", "जुलाई"],
  ["August", "August", "août", "agosto", "августа", "sierpnia", "Ağustos", "أغسطس", "अगस्त"],
  [
    "September",
    "September",
    "septembre",
    "septiembre",
    "сентября",
    "września",
    "Eylül",
    "سبتمبر",
    "सितंबर",
  ],
  [
    "October",
    "Oktober",
    "octobre",
    "octubre",
    "октября",
    "października",
    "Ekim",
    "أكتوبر",
    "अक्टूबर",
  ],
  [
    "November",
    "November",
    "novembre",
    "noviembre",
    "ноября",
    "listopada",
    "Kasım",
    "نوفمبر",
    "नवंबर",
  ],
  [
    "December",
    "Dezember",
    "décembre",
    "diciembre",
    "декабря",
    "grudnia",
    "Aralık",
    "ديسمبر",
    "दिसंबर",
  ],
];

/** A day in ISO's form as people write it; null for any other text. */
function spelledDate(value: string, random: Random): string | null {
  const [, year = "", month = "", day = ""] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(value) ?? [];
  // The one that stands among texts of any kind stays as it is.
  if (year === "" || value === "2026-03-05") return null;
  const names = MONTHS[Number(month) - 1] ?? [""];
  const [name, own] = [names[0] ?? "", random.pick(names)];
  const [m, d] = [Number(month), Number(day)];
  return random.pick([
    `${name} ${d}, ${year}`,
    `${d} ${own} ${year}`,
    `${d}. ${names[1] ?? ""} ${year}`,
    `${year}年${m}月${d}日`,
    `${year}/${month}/${day}`,
    `${d}.${m}.${year}`,
    `${day}-${name.slice(0, 3)}-${year}`,
  ]);
}

/** One of a few values, in another case or with other marks between its words. */
function spelledChoice(value: string, random: Random): string | null {
  if (!/^(?:[A-Z]{2,6}|[a-z]{2,4} [a-z]+)$/.test(value)) return null;
  const marked = value.replace(" ", random.pick([" ", "_", "-"]));
  const cased = random.pick([marked.toLowerCase(), marked.toUpperCase(), `${marked}.`]);
  return cased === value ? null : cased;
}

/** Kinds of texts that a schema says how to read. */
export const SPELLINGS: readonly Kind[] = [
  {
    name: "dates as people write them",
    style: () => ({
      text: (value, random) => {
        const spelled = spelledDate(value, random);
        return spelled === null ? null : JSON.stringify(spelled);
      },
    }),
  },
  {
    name: "choices in another case",
    style: () => ({
      text: (value, random) => {
        const spelled = CHOICES.has(value) ? spelledChoice(value, random) : null;
        return spelled === null ? null : JSON.stringify(spelled);
      },
    }),
  },
];

/** Values of the enums that the generator makes, none of them a text that it puts elsewhere. */
const CHOICES: ReadonlySet<string> = new Set([
  "LOW",
  "MEDIUM",
  "HIGH",
  "in progress",
  "not started",
]);
