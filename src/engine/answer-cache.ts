/**
 * Answers kept from earlier runs. Neither call throws: a cache that can't be read or written is one
 * that has nothing.
 */
export interface AnswerCache {
  /** @param maxAge milliseconds; older answers don't count */
  get(key: string, maxAge: number): Promise<unknown>;
  /** @param by the program that asked, by its path, and the model it asked first */
  put(key: string, value: unknown, by: { readonly path: string; readonly model: string }): void;
}
