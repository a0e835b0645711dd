/** A file that was imported as text, whatever the compiler takes it for. */
export function textOf(module: unknown): string {
  return (module as { readonly default: string }).default;
}
