"""A plugin made with the Python kit for what the echo plugin has no use for. `kit-plugin.ts` does the same in TypeScript."""

import json
import os
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../plugins/sdk-python"))
from modullm_plugin import PluginError, serve  # noqa: E402

folder = ""


def start(context):
    global folder
    if context.settings.get("key") == "wrong":
        raise PluginError("unauthorized", "the key is refused")
    folder = context.data_folder


def stop():
    mark("stopped")


def mark(name):
    with open(os.path.join(folder, name), "w") as file:
        file.write("yes")


def chat(params, context):
    content = params["messages"][0]["content"]
    if content == "print":
        print("printed to the console")
        os.write(1, b"printed to standard output\n")
        yield "said"
    elif content == "parts":
        yield {"type": "reasoning", "text": "hm"}
        yield {"type": "alive"}
        yield ""
        yield {"type": "text", "text": "a"}
        yield {"type": "note", "message": "n"}
        usage = {"prompt_tokens": 1, "completion_tokens": 2}
        return {"reason": "length", "usage": usage, "served": params["model"] + "-1"}
    elif content == "deaf":
        threading.Event().wait()
    elif content == "spin":
        count = 0
        while True:
            yield f"{count} "
            count += 1
    elif content == "heeds":
        context.cancelled.wait()
        mark("heard")
    elif content == "refuse":
        raise PluginError("unavailable", "try later", {"retry_after_ms": 5})
    elif content == "break":
        raise TypeError("a bug")
    elif content == "digits":
        yield json.dumps(params["schema"], separators=(",", ":"))
    elif content == "much":
        for _ in range(200):
            yield "x" * 100_000


def pull(params, context):
    yield {"message": f"getting {params['model']}", "completed": 1, "total": 2}
    yield {"message": "done", "completed": 2, "total": 2}


serve(
    name="kit",
    version="2.0.0",
    models=lambda context: [{"name": context.settings.get("model", "m"), "window": 10}],
    params="all",
    start=start,
    chat=chat,
    embed=lambda params, context: {
        "vectors": [[1, 2] for _ in params["texts"]],
        "usage": {"prompt_tokens": len(params["texts"])},
    },
    rerank=lambda params, context: [len(each) - len(params["query"]) for each in params["documents"]],
    health=lambda context: {"ok": False, "message": "tired"},
    pull=pull,
    stop=stop,
)
