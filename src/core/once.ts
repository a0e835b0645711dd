/** What `make` gives, made when it is first asked for: a table that most runs never look into. */
export function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null;
  return () => (made ??= { value: make() }).value;
}
