/**
 * Texts of every kind that a token count is held against: languages, code, data, and what has no
 * words.
 */
export const TEXTS: Readonly<Record<string, string>> = {
  english: `A lighthouse keeper's day began before sunset. He trimmed the wicks, polished the lens until it showed no streak, wound the
clockwork that turned the light, and wrote the hour into his log. Through the night he climbed the stairs again and again, because a
lamp that burned too low could cost a ship. When the weather was bad he rang a bell by hand every thirty seconds. Most keepers were
paid little, lived far from any town and saw their families twice a year. Yet their logs, kept for generations, are among the best
weather records that we have: wind, pressure, temperature and visibility, four times a day, without a gap, for more than a century.`,
  "short english": "Please summarise the report below in two sentences.",
  technical: `Idempotency keys let a client retry a POST safely: the server stores the first response under the key (SHA-256 of the canonical
request, TTL 24h) and replays it. Beware of half-written rows; wrap both writes in one transaction, or use an outbox table with a
monotonic sequence number and at-least-once delivery. P99 latency rose from 38 ms to 412 ms after v2.14.3-rc1 was deployed to eu-west-1b.`,
  german: `Die Straßenbahn fährt werktags alle zehn Minuten und hält unmittelbar vor dem Hauptbahnhof. Wegen Bauarbeiten an der
Versorgungsleitung entfallen zwischen Mittwochabend und Freitagmorgen sämtliche Haltestellen in der Gartenstraße; ein
Schienenersatzverkehr ist eingerichtet. Fahrgäste mit Kinderwagen benutzen bitte den Aufzug an der Unterführung. Die
Geschwindigkeitsbeschränkung gilt auch für Lieferfahrzeuge, Donaudampfschifffahrtsgesellschaften ausgenommen.`,
  french: `Le marché ouvre à sept heures, mais les maraîchers arrivent bien avant l'aube pour décharger leurs caisses. On y trouve des fraises,
des œufs, du pain au levain et, l'été, des tomates qui n'ont jamais vu de réfrigérateur. Les habitués savent qu'il faut venir tôt : à
neuf heures, il ne reste plus guère que des courgettes. Personne n'est pressé, et chacun goûte avant d'acheter.`,
  turkish: `Köyün ortasındaki çınarın altında her akşam aynı masada oturan üç ihtiyar vardı. Çaylarını yavaş yavaş içer, gençlerin
anlattıklarına gülümser, ama kendi hikâyelerini ancak yağmur yağdığında anlatırlardı. Kimse onların ne zaman geldiğini hatırlamıyordu.`,
  vietnamese: `Buổi sáng, chợ nổi đông nghịt ghe thuyền chở đầy trái cây. Người bán treo hàng mẫu lên cây sào để khách nhìn thấy từ xa. Giá cả được
thỏa thuận nhanh chóng, và đến chín giờ thì mặt sông lại yên tĩnh như chưa từng có gì xảy ra.`,
  polish: `Wczesną wiosną, gdy śnieg dopiero zaczyna topnieć, pszczelarze sprawdzają, czy rodziny przetrwały zimę. Wystarczy przyłożyć ucho do
ula: równomierny szum oznacza, że wszystko w porządku. Później trzeba wyczyścić dennice i uzupełnić zapasy pokarmu.`,
  russian: `Каждое утро почтальон садится на велосипед и едет вдоль реки к дальним домам. Дорога занимает больше часа, зимой ещё дольше, но он
не жалуется. Люди ждут его у калиток, угощают чаем и расспрашивают о новостях. За тридцать лет он потерял только одно письмо: его унёс
ветер, и нашли его весной, когда растаял снег. Адрес уже нельзя было прочитать, однако почерк узнали все.`,
  greek: `Το καφενείο ανοίγει στις έξι το πρωί, όταν οι ψαράδες γυρίζουν από τη θάλασσα. Κάθονται όλοι στο ίδιο τραπέζι, πίνουν καφέ και
συζητούν για τον καιρό. Μέχρι τις εννέα έχουν φύγει, και ο τόπος ησυχάζει ξανά ως το μεσημέρι.`,
  hebrew: `בכל בוקר פותח האופה את החנות לפני הזריחה. ריח הלחם הטרי ממלא את הרחוב, והשכנים מתעוררים בלי שעון. עד שמונה נמכר הכול, ומי
שאיחר יחכה למחר.`,
  arabic: `في كل صباح يفتح صاحب المكتبة أبوابها قبل شروق الشمس، ويرتب الكتب على الرفوف بعناية. يأتي الطلاب أولاً، ثم المتقاعدون الذين
يقرؤون الصحف حتى الظهر. لم يبع كتباً كثيرة في حياته، لكنه يعرف أسماء جميع زبائنه وما يحبون أن يقرؤوا.`,
  hindi: `हर सुबह गाँव की औरतें नदी के किनारे पानी भरने जाती हैं। रास्ते में वे एक दूसरे को दिन भर की ख़बरें सुनाती हैं और बच्चों की शरारतों पर हँसती हैं।
बरसात के मौसम में नदी का पानी पुल तक पहुँच जाता है, तब डाकिया नाव से आता है। बुज़ुर्ग कहते हैं कि पहले यहाँ घना जंगल था।`,
  tamil: `காலை நேரத்தில் மீனவர்கள் கரைக்குத் திரும்பும்போது கடற்கரை முழுவதும் மக்கள் கூடுகிறார்கள். மீன்களின் விலை சத்தமாக ஏலம் விடப்படுகிறது.`,
  thai: `ทุกเช้าชาวบ้านจะพายเรือไปตลาดน้ำเพื่อขายผลไม้และดอกไม้ เมื่อถึงเก้าโมงแม่น้ำก็กลับมาเงียบสงบอีกครั้ง เด็กๆ ว่ายน้ำเล่นกันจนเย็น`,
  chinese: `泥炭是植物在潮湿的土地上生长后没有完全腐烂的残余物。泥炭地每年大约增长一毫米，因此十米深的沼泽从上一个冰河时代结束以来一直在储存碳。泥炭地只占世界陆地面积的
百分之三，却储存了比所有森林加起来还要多的碳。当泥炭地为了农业或林业被排干时，空气进入泥炭，泥炭开始腐烂，储存的碳就以二氧化碳的形式释放出来。解决办法说起来很简单：堵住排水沟，
让水位上升，然后等待泥炭藓重新生长。`,
  "traditional chinese": `每天清晨，老郵差騎著腳踏車沿著河岸送信。冬天路面結冰，他便改成步行，從來沒有抱怨過。三十年來他只遺失過一封信：被風吹走，直到春天雪融才被孩子們撿到。`,
  japanese: `毎朝、灯台守は日が昇る前に階段を上り、レンズを磨いてから日誌に天気を書き込みます。霧の濃い日には三十秒ごとに鐘を鳴らさなければなりません。町から遠く離れた暮らしは
寂しいものでしたが、彼が残した記録は今でも気象の研究に使われています。コーヒーとラジオだけが楽しみだったそうです。`,
  korean: `매일 아침 우체부는 자전거를 타고 강을 따라 먼 집까지 편지를 배달한다. 겨울에는 길이 얼어 더 오래 걸리지만 그는 한 번도 불평하지 않았다. 사람들은 대문 앞에서
그를 기다리며 따뜻한 차를 건네고 마을 소식을 묻는다. 삼십 년 동안 잃어버린 편지는 단 한 통뿐이었다.`,
  emoji:
    "Launch day 🚀🚀 all green ✅ thanks team 🙏🏽👩‍💻👨‍👩‍👧‍👦 — next: fix the 🐛, ship 📦, celebrate 🎉🎉🎉 🇩🇪🇯🇵🇧🇷 ❤️‍🔥 ☕️ ⚠️ 1️⃣2️⃣",
  typescript: `export async function retry<T>(work: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
  const { attempts = 3, baseDelayMs = 250, isTransient = () => true } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= attempts || !isTransient(error)) throw error;
      const jitter = Math.random() * baseDelayMs;
      await new Promise((resolve) => setTimeout(resolve, baseDelayMs * 2 ** attempt + jitter)); // exponential
    }
  }
}`,
  python: `class LRUCache:
    """Keeps the most recently used entries, up to a size."""

    def __init__(self, max_size: int = 128) -> None:
        self._entries: OrderedDict[str, bytes] = OrderedDict()
        self._max_size = max_size

    def get(self, key: str) -> bytes | None:
        if key not in self._entries:
            return None
        self._entries.move_to_end(key)
        return self._entries[key]
`,
  sql: `SELECT c.customer_id, c.name, COUNT(o.id) AS orders, COALESCE(SUM(o.total_cents), 0) / 100.0 AS revenue
FROM customers c LEFT JOIN orders o ON o.customer_id = c.customer_id AND o.created_at >= '2026-01-01'
WHERE c.deleted_at IS NULL GROUP BY 1, 2 HAVING COUNT(o.id) > 3 ORDER BY revenue DESC LIMIT 50;`,
  "minified javascript": `(()=>{var e={t:0,n:[]},r=t=>{e.n.push(t),++e.t>9&&(e.n.shift(),e.t--)};window.addEventListener("error",(t=>r({m:t.message,l:t.lineno,c:t.colno}))),navigator.sendBeacon&&setInterval((()=>{e.n.length&&navigator.sendBeacon("/e",JSON.stringify(e))}),5e3)})();`,
  json: `{"id":"ord_9f8c2a7e41","created":"2026-04-17T08:31:09.482Z","customer":{"name":"Ana Souza","email":"ana.souza@example.org","vip":false},"lines":[{"sku":"TP-0042-BL","qty":2,"unit_price":18.90},{"sku":"CU-1107","qty":6,"unit_price":4.25}],"total":63.30,"notes":null}`,
  "pretty json": JSON.stringify(
    {
      type: "object",
      properties: {
        title: { type: "string", maxLength: 100 },
        points: { type: "array", items: { type: "string" }, minItems: 1 },
      },
      required: ["title"],
    },
    null,
    2,
  ),
  csv: `date,station,temperature,humidity,wind_kmh\n2026-03-01,DE-0417,4.7,81,12.5\n2026-03-02,DE-0417,6.1,77,19.0\n2026-03-03,DE-0417,-0.3,92,3.5\n2026-03-04,DE-0417,11.8,54,27.25\n`,
  log: `2026-05-11T03:14:07.220Z ERROR [worker-7] job=8812734 attempt=3/5 connect ECONNREFUSED 10.42.0.17:5432 (postgres) trace_id=4bf92f3577b34da6a3ce929d0e0e4736\n2026-05-11T03:14:09.801Z INFO  [worker-7] job=8812734 done in 2581ms, 48,112 rows\n`,
  markdown: `## Results\n\n| Model | F1 | Cost (USD) |\n|:------|---:|-----------:|\n| small | 0.71 | 0.0004 |\n| large | 0.86 | 0.0121 |\n\n- **Best**: \`large\`, see [the notes](https://example.org/notes?id=17#f1).\n- ~~Dropped~~: none\n`,
  table: `| Station | 2023 | 2024 | 2025 |\n|---|--:|--:|--:|\n| Nord | 4 % | 12 % | 7 % |\n| Süd | 38 % | 31 % | 40 % |\n| West | 107 % | 9 % | 0 % |\n`,
  dates:
    "Between 1968 and 1981 it moved 4 times: on 3 May 1969, 12 June 1972, 30 January 1975 and 1 April 1981, each time with about 60 to 75 people.",
  html: `<ul class="nav nav-tabs"><li class="nav-item active"><a href="/orders?page=2&amp;sort=desc" data-toggle="tab">Orders&nbsp;(12)</a></li></ul>`,
  urls: "https://cdn.example.org/assets/2026/05/img_20260511_031407@2x.webp?sig=Zk3q9VbT0s&exp=1778468400 https://example.org/a/b-c_d/e.html#L120-L144",
  base64:
    "iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4//8/w38GIAXDIBKE0DHxgljNBAAO9TXL0Y4OHwAAAABJRU5ErkJggg==QmFzZTY0IGlzIG5vdCBhIGxhbmd1YWdlLg==",
  hexadecimal:
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 550e8400-e29b-41d4-a716-446655440000 0xDEADBEEF 7f454c4602010100",
  numbers:
    "3.14159265358979 271828 1,234,567.89 -42 0.001 6.022e23 1778468400 99 100 1000 20260511 00493012345678",
  capitals:
    "WARNING: DO NOT OPEN THIS VALVE WHILE THE PUMP IS RUNNING. SEE SECTION 12-B OF THE MAINTENANCE MANUAL.",
  whitespace: `a\n\n\n\n        b\t\t\tc    d\n${" ".repeat(40)}e\n\r\n\r\n   f`,
  punctuation:
    "!!! ??? ... --- === *** ((((()))))) [[[]]] {{{}}} ;;; ::: ,,, ### @@@ $$$ %%% ^^^ &&& ~~~ ``` \"\"\" '''",
  symbols:
    "∀x ∈ ℝ: x² ≥ 0 ⇒ √(x²) = |x|; α + β ≈ γ ± 0.5 °C → 25 € • © ™ “quoted” ‘single’ … – — « » ½ × ÷ µ § ¶",
  names:
    "Nguyễn Thị Ánh, Łukasz Żółkiewski, Þórður Guðmundsson, Siobhán Ní Bhriain, José Ñúñez, Søren Ågård, Zoë Müller-Weiß",
};
