from modullm_plugin import serve


def count(input, context):
    text = input["text"]
    return {"words": len(text.split()), "lines": text.count("\n") + 1}


serve(tools={"count": count})
