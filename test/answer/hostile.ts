/**
 * Texts of about `size` characters that make a careless reader look at the same place again and
 * again.
 */
export function hostileTexts(size: number): Readonly<Record<string, string>> {
  return {
    "opening brackets": "[".repeat(size),
    "opening braces": "{".repeat(size),
    "closing brackets": "]".repeat(size),
    quotes: '"'.repeat(size),
    "quotes in an object": `{"a":"${'"'.repeat(size)}`,
    backslashes: "\\".repeat(size),
    "escaped quotes": '\\"'.repeat(size / 2),
    backticks: "`".repeat(size),
    fences: "```json\n".repeat(size / 8),
    "strings without an end": '{"a":"b,'.repeat(size / 8),
    "comments without an end": '{"a"/*'.repeat(size / 6),
    commas: `[${",".repeat(size)}`,
    "small lists": "[] ".repeat(size / 3),
    tags: "<a>".repeat(size / 3),
    "reasoning tags": "<think>\n".repeat(size / 8),
    "closed reasoning": "<think>a</think>\n".repeat(size / 17),
    "ends of reasoning": "</think>\n".repeat(size / 9),
    "ends of turns": "a<|im_end|>\n".repeat(size / 13),
    "blanks in a string": `{"a": "${" ".repeat(size)}..."}`,
    "lines without a string": `{a: b${"\n".repeat(size)}`,
    "dots between items": `["a"${", ...".repeat(size / 5)}]`,
    "strings with backslashes": `["${'C:\\Users\\new", "'.repeat(size / 16)}"]`,
    "lines that assign": "a = 1\n".repeat(size / 6),
    headings: "# a\nb\n".repeat(size / 6),
    "lines of keys": "a: b\n".repeat(size / 5),
    tables: "| a | b |\n|---|---|\n| 1 | 2 |\n\n".repeat(size / 31),
    "one table": `| a |\n|---|\n${"| {1} |\n".repeat(size / 8)}`,
    "rows of cells": `a,b\n${'1,"2\n'.repeat(size / 5)}`,
    "rows between brackets": `a,b\n${"[1],{2}\n".repeat(size / 8)}`,
    YAML: `a:\n${"  - b: [\n".repeat(size / 9)}`,
    "YAML that nests": Array.from({ length: 1_400 }, (_, depth) => `${" ".repeat(depth)}a:`).join(
      "\n",
    ),
    "heads of TOON": "a[2]{b,c}:\n".repeat(size / 11),
    "parameters without an end": `<invoke name="a">${"<parameter=a>\n".repeat(size / 14)}`,
    "keys of arguments": "<arg_key>a</arg_key><arg_value>1\n".repeat(size / 34),
    channels: "<|channel|>final<|message|>{".repeat(size / 28),
    "heads of channels": "<|channel|>analysis ".repeat(size / 20),
    "the word of a channel": "analysis assistantfinal".repeat(size / 23),
    "keys beside an answer": `{"a": "b"}\n${'"c": 1 {} '.repeat(size / 10)}`,
    boxes: "\\boxed{1} ".repeat(size / 10),
  };
}

/** The same for a reader of calls of a function `f`. */
export function hostileCalls(size: number): Readonly<Record<string, string>> {
  return {
    "opening tags": "<tool_call>\n".repeat(size / 12),
    "calls without an end": '<tool_call>{"name": "f", "arguments": {"a": "'.repeat(size / 44),
    "calls that are cut": '<tool_call>\n{"name": "f"\n'.repeat(size / 26),
    "one call with much": `<tool_call>{"name": "f", "arguments": {"a": "${"x".repeat(size)}"}}`,
    "marks in strings": '[TOOL_CALLS]{"name": "f", "arguments": {"a": "'.repeat(size / 46),
    "names of functions": "<function=f>\n".repeat(size / 13),
    "parameters without an end": `<function=f>${"<parameter=a>\n".repeat(size / 14)}`,
    calls: "<function=f>\n<parameter=a>1</parameter>\n</function>\n".repeat(size / 52),
    "one line of calls": "[TOOL_CALLS]f[ARGS]{}".repeat(size / 21),
    "Python's calls": `<|python_tag|>[${"f(a=[[1]]), ".repeat(size / 12)}`,
    "Python's arguments": "<|python_tag|>f(a='".repeat(size / 19),
    "heads of messages": "<|channel|>commentary to=f<|message|>{".repeat(size / 38),
    "openers of fences": "```\n~~~\n".repeat(size / 8),
    "lines that end in nothing": "`\n".repeat(size / 2),
    "lists and closers": `[${'{"name": "f"}, </tool_call>'.repeat(size / 27)}`,
  };
}
