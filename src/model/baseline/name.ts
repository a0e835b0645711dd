/** The model that is built in. */
export const BASELINE = "builtin/baseline";
