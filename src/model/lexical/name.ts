/** The embedder and reranker that are built in. */
export const LEXICAL = "builtin/lexical";
