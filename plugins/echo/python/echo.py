import re

from modullm_plugin import serve


def chat(params, context):
    """Answers with the last message, word by word. A word is its token."""
    words = split(params["messages"][-1]["content"])
    said = words[: params["params"].get("max_tokens")]
    for word in said:
        if context.cancelled.wait(context.settings.get("delay_ms", 0) / 1000):
            return
        yield word
    prompt = sum(len(split(message["content"])) for message in params["messages"])
    return {
        "reason": "length" if len(said) < len(words) else "stop",
        "usage": {"prompt_tokens": prompt, "completion_tokens": len(said)},
    }


def embed(params, context):
    return [[text.count(vowel) for vowel in "aeiou"] for text in params["texts"]]


def split(text):
    return re.findall(r"\s*\S+|\s+$", text)


serve(
    name="echo",
    version="1.0.0",
    models=[{"name": "words", "window": None}],
    params=["max_tokens"],
    chat=chat,
    embed=embed,
    count_tokens=lambda params, context: len(split(params["text"])),
)
