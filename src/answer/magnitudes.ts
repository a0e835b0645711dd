import { once } from "../core/once.ts";

/** What a word or letter behind a number multiplies it by, as a power of ten. */
const POWERS: Readonly<Record<number, string>> = {
  3:
    "k thousand thousands tsd tausend mil mille mila тыс тысяч тысячи тысяча tisíc tis tys bin " +
    "tusen duizend ezer 千 천 هزار ألف हज़ार हजार nghìn ribu",
  4: "万 萬 만",
  5: "lakh lakhs lac lacs लाख",
  6:
    "mio mill mln million millions millionen millón millones millon milhão milhões milione " +
    "milioni miljoen miljoner millioner milion miliony milionů milyon juta triệu млн миллион " +
    "миллиона миллионов мільйон 百万 百萬 백만 مليون میلیون",
  7: "crore crores cr करोड़ करोड",
  8: "億 亿 억",
  9:
    "bn billion billions mrd milliard milliards milliarde milliarden miliardi miliardo miljard " +
    "miljarder miliarda miliard mld milyar млрд миллиард миллиарда миллиардов 十億 十亿 مليار " +
    "میلیارد",
  12: "tn trillion trillions billionen billones 兆 조 трлн триллион",
};

/** Letters that stand for a magnitude only as they are here. */
const LETTERS: Readonly<Record<string, number>> = { k: 3, K: 3, M: 6, B: 9, G: 9 };

const powers = once(
  () =>
    new Map(
      Object.entries(POWERS).flatMap(([power, words]) =>
        words.split(" ").map((word) => [word, Number(power)] as const),
      ),
    ),
);

/** The power of ten that a word stands for; undefined for any other word. */
export function powerOf(word: string): number | undefined {
  const bare = word.replace(/\.$/, "");
  return (
    LETTERS[bare] ??
    (bare.length === 1 && /[a-z]/i.test(bare) ? undefined : powers().get(bare.toLowerCase()))
  );
}

const CURRENCY_SIGNS = /^(?:US|CA|AU|NZ|HK|R|A|C|S)?\$$|^[€£¥₹₽₩₪₺₫฿₴₦₱₡₲₵₸₼₾]$/u;
const CURRENCY_WORDS = new Set(
  (
    "usd eur gbp jpy chf cny inr cad aud nzd sek nok dkk pln czk huf ron bgn rub uah try brl " +
    "mxn zar sgd hkd krw ils aed sar thb idr myr php vnd clp cop ars egp ngn kes " +
    "kr zł kč ft fr rs руб р грн лв rp rm tl dollar dollars euro euros pound pounds yen yuan " +
    "rupee rupees rupien peso pesos franc francs real reais円 円 元 원 圆 圓 رس ریال تومان درهم"
  ).split(" "),
);

export function isCurrency(word: string): boolean {
  return CURRENCY_SIGNS.test(word) || CURRENCY_WORDS.has(word.replace(/\.$/, "").toLowerCase());
}

const UNITS = new Set(
  (
    "% ‰ percent prozent pour cent por ciento процентов ° °c °f ℃ ℉ kg g mg µg lb lbs oz st " +
    "nd rd th km m² m³ m2 m3 cm cm² mm mi ft in yd ha l ml cl dl px em rem pt vh vw dpi ms " +
    "min mins hr hrs sec secs " +
    "minute minutes hour hours day days week weeks month months year years second seconds " +
    "item items piece pieces pcs point points person people user users time times " +
    "stunde stunden tag tage woche wochen monat monate jahr jahre minuten heures jours ans " +
    "minutos horas días años stück hz khz mhz ghz mv kv kw mw kwh wh mah kb gb tb mb kib mib " +
    "gib bit bits byte bytes bps mbps gbps " +
    "kn pa kpa bar kj kcal cal mol lux lm db rpm mph kph km/h m/s 个 人 件 個 本 枚 台 回 日 時間 分 秒 年 " +
    "月 명 개 시간 分钟 小时 天 кг км см шт мин сек лет год"
  ).split(" "),
);

/** Whether a word behind a number only says what was counted or measured. */
export function isUnit(word: string): boolean {
  return UNITS.has(word.replace(/\.$/, "").toLowerCase());
}
