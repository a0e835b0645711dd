/**
 * For what nobody can stop. It is never aborted, so sharing it is safe, and nobody needs to listen
 * to it.
 */
export const NEVER: AbortSignal = new AbortController().signal;
