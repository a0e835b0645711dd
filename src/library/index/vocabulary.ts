/**
 * The words of the tree, each with what speaks for it. Their order decides between equals; it and
 * the words themselves are part of what was decided of programs: words are added, never renamed.
 */
export const DOMAINS: Readonly<Record<string, string>> = {
  finance:
    "finance financial accounting accountant invoice billing bill bank banking payment expense " +
    "tax budget loan credit ledger audit treasury insurance fintech receipt payroll investment",
  legal:
    "legal law lawyer contract agreement clause court ruling litigation patent compliance policy " +
    "licence license regulation gdpr statute attorney judge trademark",
  support:
    "support helpdesk ticket complaint refund customer-service customer-support service-desk " +
    "customer-care warranty troubleshooting escalation",
  sales: "sales lead prospect deal crm proposal quote pipeline customer account-management",
  marketing:
    "marketing campaign newsletter seo advertising advert ad brand copywriting slogan " +
    "press-release social-media blog",
  people:
    "people hr human-resources recruiting recruitment resume cv hiring job candidate employee " +
    "onboarding talent interview vacancy",
  engineering:
    "engineering software code coding programming developer devops bug api git commit log " +
    "incident deployment refactoring repository regex pull-request",
  data: "data dataset csv sql analytics dashboard statistics spreadsheet database table etl survey",
  logistics:
    "logistics shipping shipment supply-chain warehouse delivery inventory procurement customs " +
    "freight parcel purchase-order fleet operations transport",
  health:
    "health healthcare medical medicine clinical patient doctor hospital prescription lab " +
    "pharmacy diagnosis symptom nutrition fitness wellness",
  education:
    "education teaching teacher student school university course lesson exam quiz essay homework " +
    "learning curriculum training tutor",
  research:
    "research science scientific paper academic citation abstract literature experiment grant " +
    "hypothesis",
  news: "news journalism article editorial headline publishing newspaper podcast",
  travel: "travel tourism flight hotel itinerary trip booking visa airline hospitality restaurant",
  commerce:
    "commerce ecommerce e-commerce retail shop shopping product catalog order checkout " +
    "marketplace",
  security:
    "security phishing vulnerability threat fraud malware access privacy cybersecurity cve spam",
  realty: "realty real-estate property apartment lease rent tenant housing mortgage building",
  government:
    "government public-sector permit council tender citizen census election municipality civic " +
    "public-administration",
  environment:
    "environment energy climate agriculture farming sustainability carbon weather garden gardening",
  media:
    "media film movie music song lyrics subtitle book story game gaming entertainment photo " +
    "poem fiction video art",
  language: "linguistics grammar spelling pronunciation dictionary thesaurus vocabulary",
  personal: "personal diary recipe cooking household family hobby lifestyle",
};

/** What is not about anything of the list. */
export const NO_DOMAIN = "general";
/** Domains that files name, and the list does not have, stand below this one. */
export const OTHER_DOMAIN = "other";

export const TASK_TYPES: Readonly<Record<string, string>> = {
  extract: "extract extraction parse pull find identify detect recognize entities keywords ner ocr",
  classify:
    "classify classification categorize categorise label tag triage route sentiment moderate " +
    "moderation intent",
  summarize: "summarize summarise summary condense shorten digest abstract brief tldr recap",
  translate: "translate translation localize localise render transliterate",
  answer: "answer question qa q&a faq ask explain chat assistant tutor",
  check: "check validate verify review audit proofread lint inspect screen",
  score: "score rate evaluate grade rank assess estimate predict",
  compare: "compare comparison diff difference match align reconcile contrast",
  rewrite:
    "rewrite rephrase paraphrase edit correct improve polish simplify anonymize anonymise redact " +
    "normalize",
  convert: "convert transform format reformat structure map transcribe",
  plan: "plan schedule decide recommend suggest prioritize brainstorm strategy",
  generate: "generate write draft compose create produce reply respond title describe",
};

/** A name of the tree, as files and people may add it. */
export const CATEGORY_NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
