import { strip } from "../fold.ts";
import { wordSet } from "./word-set.ts";

/** A word alone says yes or no. */
const TRUE =
  "true yes y on correct enabled t oui vrai ja wahr richtig sí verdadero cierto sim " +
  "verdadeiro vero waar juist tak prawda áno ano pravda igen da adevărat sant sann kyllä evet " +
  "doğru да истина правда верно так ναι 是 是的 对 對 真 有 はい 真 有り あり 예 네 참 있음 نعم صحيح بله כן हाँ " +
  "हां सही có đúng ya benar ใช่ ✓ ✔ ✅ ☑";
const FALSE =
  "false no n off incorrect disabled f non faux nein falsch falso não nee onwaar nie " +
  "nieprawda ne nepravda nem nu fals nej usann falskt ei hayır yanlış нет ложь неверно ні όχι " +
  "否 不是 不 错 錯 假 没有 沒有 いいえ 偽 無し なし 아니요 아니오 거짓 없음 لا خطأ خیر לא नहीं गलत không sai tidak ไม่ใช่ " +
  "ไม่ ✗ ✘ ❌ ☐";

/** Words with which an answer begins: "Oui, …". Others of the above begin sentences as well. */
const SAYS_YES =
  "yes oui ja sí sim tak ano áno igen kyllä evet да так ναι 是 是的 对 はい ええ 네 예 نعم כן हाँ हां";
const SAYS_NO =
  "no non nein não nee nie hayır нет ні όχι 否 不 不是 不对 いいえ 아니요 아니오 لا नहीं";

/** Words that say that there is nothing, or that it is not known. */
const NOTHING =
  "null none nil n/a n.a. na nan tbd tba unknown missing not_known not_available " +
  "not_applicable not_specified not_provided not_given not_stated not_mentioned not_found " +
  "not_disclosed not_listed no_data no_information unspecified undisclosed unbekannt k.a. " +
  "k._a. keine keine_angabe keine_angaben nicht_angegeben nicht_bekannt entfällt " +
  "nicht_vorhanden nicht_verfügbar nicht_genannt ohne_angabe inconnu inconnue non_renseigné " +
  "non_renseignée non_précisé non_précisée non_indiqué non_indiquée non_communiqué " +
  "non_spécifié non_disponible non_mentionné non_fourni néant aucun aucune n.c. nc " +
  "desconocido desconocida sin_datos no_disponible no_especificado no_especificada " +
  "no_indicado no_indicada no_consta no_aplica s/d n/d n.d. ninguno ninguna no_informado " +
  "no_se_menciona sconosciuto sconosciuta non_specificato non_indicato nessuno nessuna " +
  "non_noto desconhecido desconhecida não_informado não_informada não_disponível " +
  "não_especificado nenhum nenhuma não_consta não_se_aplica onbekend niet_vermeld niet_bekend " +
  "niet_opgegeven niet_beschikbaar n.v.t. nvt geen nieznany nieznana nieznane brak " +
  "brak_danych nie_podano nie_dotyczy neznámý neznámé neuvedeno ismeretlen nincs nincs_adat " +
  "necunoscut nespecificat okänd okänt ukjent ukendt saknas ingen ej_angivet ikke_oppgitt " +
  "ikke_angivet ei_tiedossa неизвестно неизвестен неизвестна нет нет_данных не_указано " +
  "не_указан не_указана отсутствует не_определено неприменимо н/д немає невідомо не_вказано " +
  "άγνωστο yok bilinmiyor belirtilmemiş belirtilmedi veri_yok 不明 なし 無し 未定 該当なし 記載なし 未記入 情報なし " +
  "未知 无 無 没有 沒有 未提供 未提及 未说明 未知的 暂无 不详 不適用 不适用 空 없음 미상 알_수_없음 해당_없음 미정 정보_없음 불명 لا_يوجد " +
  "غير_معروف غير_محدد غير_متوفر لا_شيء مجهول نامشخص ندارد לא_ידוע אין अज्ञात उपलब्ध_नहीं " +
  "नहीं_दिया_गया कोई_नहीं không_có không_rõ chưa_rõ tidak_ada tidak_diketahui ไม่มี ไม่ทราบ";

const truths = wordSet(TRUE);
const falsehoods = wordSet(FALSE);
const nothings = wordSet(NOTHING);
const yeses = wordSet(SAYS_YES);
const noes = wordSet(SAYS_NO);

/** Longer texts say more than one of these words. In UTF-16 units. */
const MAX_WORDS = 60;

/** The boolean that a text of one word says; undefined where it says none. */
export function booleanOf(text: string): boolean | undefined {
  if (text.length > MAX_WORDS) return undefined;
  const word = bareWord(text);
  if (truths.has(word)) return true;
  return falsehoods.has(word) ? false : undefined;
}

/** The boolean that a word says with which an answer begins; undefined for any other word. */
export function firstBooleanOf(text: string): boolean | undefined {
  const word = strip(text);
  if (yeses.has(word)) return true;
  return noes.has(word) ? false : undefined;
}

/** Whether a text says that there is nothing, or that it is not known. */
export function saysNothing(text: string): boolean {
  if (text.length > MAX_WORDS) return false;
  const word = strip(text.trim());
  return word === "" || nothings.has(word) || nothings.has(bareWord(text));
}

/** Without marks around it. */
function bareWord(text: string): string {
  return strip(text.trim().replace(/^[*_("'\s]+|[*_)"'.!。！\s]+$/gu, "")).replace(/\s+/g, " ");
}
