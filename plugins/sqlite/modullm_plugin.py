"""Makes a ModuLLM plugin of a few functions: speaks the protocol on standard input and output, so that a plugin is no more than
what it does. One file, Python 3.9 or later, nothing else needed: put it beside the plugin.

    from modullm_plugin import serve

    def chat(params, context):
        yield params["messages"][-1]["content"]

    serve(name="parrot", version="1.0.0", models=[{"name": "grey", "window": None}], chat=chat)

Or of tools, of which the manifest in the plugin's folder says what each takes and gives:

    serve(tools={"greet": lambda input, context: f"Hello, {input['name']}!"})

What the plugin prints goes to standard error, which is its log; so does what C libraries and child processes print.
"""

import json
import os
import sys
import threading
import traceback

PROTOCOL_VERSION = 2
ERRORS = {
    "cancelled": -32000,
    "model_not_found": -32001,
    "unauthorized": -32002,
    "unavailable": -32003,
    "refused": -32004,
    "tool_not_found": -32005,
}
# What JSON-RPC itself names.
_PARSE, _INVALID, _NO_METHOD, _BAD_PARAMS, _INTERNAL = -32700, -32600, -32601, -32602, -32603
# Bytes of one line; the host sends no longer one.
_MAX_LINE = 64 * 1024 * 1024
_MAX_ID = 2**53 - 1


class PluginError(Exception):
    """An error with a code of the protocol: `raise PluginError("unavailable", "the server is busy", {"retry_after_ms": 500})`."""

    def __init__(self, code, message, data=None):
        super().__init__(message)
        self.code = ERRORS[code] if isinstance(code, str) else code
        self.data = data


class ToolAnswer:
    """What a tool gives in place of a plain value, where that is not enough: `ToolAnswer(content="…", attachments=[…])`."""

    def __init__(self, **result):
        #: With the keys of a result of `tools/call`: content, value, attachments, failed.
        self.result = result


class Context:
    """What a call may use beside its parameters."""

    def __init__(self, settings, data_folder):
        #: For tools: says how far it is, (message, completed=None, total=None), and keeps the call from being given up.
        self.progress = lambda message, completed=None, total=None: None
        #: As the user's configuration has them, checked by the host against the manifest's schema.
        self.settings = settings
        #: A folder that things may be kept in.
        self.data_folder = data_folder
        #: A `threading.Event`, set when the host cancels the call or ends the plugin. The call is answered without waiting for the function.
        self.cancelled = threading.Event()


def serve(
    *,
    name=None,
    version=None,
    models=None,
    chat=None,
    embed=None,
    rerank=None,
    count_tokens=None,
    health=None,
    pull=None,
    tools=None,
    params=(),
    start=None,
    stop=None,
):
    """Serves until standard input ends or the host says `shutdown`; then the process ends. Each call runs in a thread of its own.

    name, version   the manifest's if left out
    models          a list of {"name", "window", "schema"?, "media"?}: other models are refused before any function is called; or a function
                    of the context: asked for each list, and what it has not is for the functions to refuse
    chat            a generator of (params, context) that yields text, or parts {"type", …}, and may return {"reason", "usage", "served"}
    embed           (params, context) -> one vector for each of params["texts"], or {"vectors", "usage"}
    rerank          (params, context) -> one score for each of params["documents"], each as if it were alone, or {"scores", "usage"}
    count_tokens    (params, context) -> the tokens of params["text"]
    health          (context) -> {"ok", "message"?}
    pull            a generator of (params, context) that yields {"message", "completed", "total"}
    tools           functions of (input, context) by name, or a function of the context that gives those which can be called with its
                    settings. A text is what the model reads, any other value is given as JSON; with an `output` in the manifest it must
                    meet that. What a function raises is told to the model as the reason why the call failed
    params          keys of llm_params that chat heeds; of others a program is told that they are ignored. "all": chat tells so itself
    start, stop     (context), before anything else: may refuse the settings; (), last
    """
    functions = {
        "chat": chat,
        "embed": embed,
        "rerank": rerank,
        "tokens/count": count_tokens,
        "models/pull": pull,
        "health": health,
    }
    manifest = _read_manifest()
    known = {tool["name"]: tool for tool in manifest.get("tools", [])}
    name, version = name or manifest.get("name", ""), version or manifest.get("version", "")
    _Server(name, version, models, functions, _Tools(tools, known) if tools else None, params, start, stop).run()


class _Server:
    def __init__(self, name, version, models, functions, tools, params, start, stop):
        self.name, self.version, self.models, self.functions, self.tools = name, version, models, functions, tools
        self.params, self.start, self.stop = params, start, stop
        self.given = None
        # Held while a line is written, so that no part comes after its result.
        self.lock = threading.Lock()
        self.running = {}
        self.output = _take_output()

    def run(self):
        for line in _lines(sys.stdin.buffer):
            self.receive(line)
        self.end()

    def receive(self, line):
        try:
            if line is None:
                raise ValueError
            message = json.loads(line.decode("utf-8"), parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            return self.send({"id": None, "error": _error(PluginError(_PARSE, "the line is not JSON in UTF-8"))})
        message = message if isinstance(message, dict) else {}
        method, params = message.get("method"), message.get("params", {})
        request_id = message.get("id")
        known = type(request_id) is int and abs(request_id) <= _MAX_ID
        if message.get("jsonrpc") != "2.0" or not isinstance(method, str) or ("id" in message and not known):
            error = _error(PluginError(_INVALID, "the line is not a message of JSON-RPC 2.0"))
            return self.send({"id": request_id if known else None, "error": error})
        if known:
            return self.accept(request_id, method, params)
        if method == "cancel" and isinstance(params, dict) and type(params.get("id")) is int:
            self.cancel(params["id"])

    def accept(self, request_id, method, params):
        context = Context(*(self.given or ({}, "")))
        with self.lock:
            taken = request_id in self.running
            if not taken:
                self.running[request_id] = context
        if taken:
            error = _error(PluginError(_INVALID, f"request {request_id} is not answered yet"))
            return self.send({"id": request_id, "error": error})
        # What answers at once needs no thread; and what comes after `initialize` finds it done.
        if method in ("initialize", "shutdown") or (method == "health" and not self.functions["health"]):
            return self.answer(request_id, method, params, context)
        threading.Thread(target=self.answer, args=(request_id, method, params, context), daemon=True).start()

    def cancel(self, request_id):
        context = self.running.get(request_id)
        if context is not None:
            context.cancelled.set()
            error = _error(PluginError("cancelled", "the request was cancelled"))
            self.finish(request_id, context, _encode({"id": request_id, "error": error}))

    def answer(self, request_id, method, params, context):
        try:
            line = _encode({"id": request_id, "result": self.handle(request_id, method, params, context)})
        except Exception as raised:
            line = _encode({"id": request_id, "error": _error(raised)})
        self.finish(request_id, context, line)
        if method == "shutdown":
            self.end()

    def finish(self, request_id, context, line):
        """Answers a request, unless that is done."""
        with self.lock:
            if self.running.get(request_id) is not context:
                return
            del self.running[request_id]
            self.write(line)

    def handle(self, request_id, method, params, context):
        _want(isinstance(params, dict), "params is not an object")
        if method == "initialize":
            return self.initialize(params, context)
        if self.given is None:
            raise PluginError(_INVALID, f'"{method}" came before "initialize"')
        if method == "shutdown":
            return {}
        if self.tools and method == "tools/list":
            return {"tools": [info for info, work in self.tools.open(context).values()]}
        if self.tools and method == "tools/call":
            context.progress = lambda message, completed=None, total=None: self.notify(
                "progress", request_id, context, {"message": message, "completed": completed, "total": total}
            )
            return self.tools.call(params, context)
        if method == "models/list" and self.models is not None:
            return {"models": list(self.models(context) if callable(self.models) else self.models)}
        work = self.functions.get(method)
        if method == "health":
            return work(context) if work else {"ok": True}
        if work is None:
            raise PluginError(_NO_METHOD, f'this plugin does not provide "{method}"')
        _CHECKS[method](params)
        model = params.get("model")
        _want(isinstance(model, str), "model is not a string")
        if not callable(self.models) and all(each["name"] != model for each in self.models or ()):
            raise PluginError("model_not_found", f'there is no model "{model}"', {"model": model})
        if method == "embed":
            result = work(params, context)
            return result if isinstance(result, dict) else {"vectors": result, "usage": None}
        if method == "rerank":
            result = work(params, context)
            return result if isinstance(result, dict) else {"scores": result, "usage": None}
        if method == "tokens/count":
            return {"tokens": work(params, context)}
        if method == "models/pull":
            for step in work(params, context):
                self.notify("progress", request_id, context, {"completed": None, "total": None, **step})
            return {}
        return self.chat(request_id, params, context)

    def chat(self, request_id, params, context):
        ignored = [] if self.params == "all" else [key for key in params["params"] if key not in self.params]
        if ignored:
            note = {"type": "note", "message": f"{self.name} ignores {', '.join(ignored)}"}
            self.notify("chat/part", request_id, context, {"part": note})
        parts = self.functions["chat"](params, context)
        while True:
            try:
                part = next(parts)
            except StopIteration as stopped:
                # What gives up when it is cancelled has not answered in full.
                if context.cancelled.is_set():
                    raise PluginError("cancelled", "the request was cancelled") from None
                return {"reason": "stop", "usage": None, "served": None, **(stopped.value or {})}
            if context.cancelled.is_set():
                parts.close()
                raise PluginError("cancelled", "the request was cancelled")
            if isinstance(part, str):
                part = {"type": "text", "text": part}
            if part["type"] != "text" or part["text"] != "":
                self.notify("chat/part", request_id, context, {"part": part})

    def initialize(self, params, context):
        if self.given is not None:
            raise PluginError(_INVALID, "it is initialized already")
        version = params.get("protocol_version")
        settings, data_folder = params.get("settings", {}), params.get("data_folder", "")
        _want(type(version) is int and version >= 1, "protocol_version is not a whole number from 1 on")
        _want(isinstance(settings, dict), "settings is not an object")
        _want(isinstance(data_folder, str), "data_folder is not a string")
        context.settings, context.data_folder = settings, data_folder
        if self.start:
            self.start(context)
        if self.tools:
            self.tools.open(context)
        self.given = (settings, data_folder)
        # Version 1 doesn't know these, nor the abilities of tools.
        left = ("health",) if version > 1 else ("health", "rerank")
        provides = [key for key, work in self.functions.items() if work and key not in left]
        provides += [] if self.models is None else ["models/list"]
        provides += ["tools/list", "tools/call"] if self.tools and version > 1 else []
        spoken = min(version, PROTOCOL_VERSION)
        return {"protocol_version": spoken, "name": self.name, "version": self.version, "provides": provides}

    def notify(self, method, request_id, context, params):
        """Says nothing when the request is answered, as it is when it was cancelled."""
        line = _encode({"method": method, "params": {"id": request_id, **params}})
        with self.lock:
            if self.running.get(request_id) is context:
                self.write(line)

    def send(self, message):
        line = _encode(message)
        with self.lock:
            self.write(line)

    def write(self, line):
        try:
            while line:
                line = line[os.write(self.output, line) :]
        except OSError:
            # The host is gone: nobody is left to speak to.
            os._exit(1)

    def end(self):
        """Cancels what is under way, lets the plugin put things away, and ends the process without waiting for its threads."""
        for request_id in list(self.running):
            self.cancel(request_id)
        try:
            if self.stop:
                self.stop()
        except Exception:
            traceback.print_exc()
        sys.stderr.flush()
        os._exit(0)


class _Tools:
    def __init__(self, functions, known):
        self.functions, self.known = functions, known

    def open(self, context):
        """What the manifest says of each tool and its function, by name, in the manifest's order."""
        functions = self.functions(context) if callable(self.functions) else self.functions
        for name in functions:
            if name not in self.known:
                raise PluginError(_INTERNAL, f'the manifest has no tool "{name}"')
        for name in self.known:
            if name not in functions and not callable(self.functions):
                raise PluginError(_INTERNAL, f'there is no function for the tool "{name}"')
        return {name: (info, functions[name]) for name, info in self.known.items() if name in functions}

    def call(self, params, context):
        name, given = params.get("name"), params.get("input")
        _want(isinstance(name, str), "name is not a string")
        _want(isinstance(given, dict), "input is not an object")
        info, work = self.open(context).get(name, (None, None))
        if work is None:
            raise PluginError("tool_not_found", f'there is no tool "{name}"', {"tool": name})
        fault = _input_fault(info["input"], given)
        _want(fault is None, f'the input of "{name}" is not what it takes: {fault}')
        try:
            result = work(given, context)
        except PluginError:
            raise
        except Exception as raised:
            traceback.print_exception(type(raised), raised, raised.__traceback__)
            return {"content": str(raised) or type(raised).__name__, "failed": True}
        # What gives up when it is cancelled has not answered in full.
        if context.cancelled.is_set():
            raise PluginError("cancelled", "the request was cancelled")
        if isinstance(result, ToolAnswer):
            return result.result
        if "output" not in info and (result is None or isinstance(result, str)):
            return {"content": result or ""}
        return {"value": result}


def _read_manifest():
    """The manifest of the plugin that is started in this folder; empty where there is none."""
    for name in ("modullm-plugin.json", "package.json"):
        try:
            with open(name, encoding="utf-8") as file:
                manifest = json.load(file)
        except FileNotFoundError:
            continue
        return manifest if name != "package.json" else {**manifest, **manifest.get("modullm", {})}
    return {}


_TYPES = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: type(value) is int or (isinstance(value, float) and value.is_integer()),
    "number": lambda value: not isinstance(value, bool) and isinstance(value, (int, float)),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def _input_fault(schema, given):
    """What is wrong with a tool's input, or None. The host has checked it against the whole schema; this looks at the names and types of
    its properties."""
    known = schema.get("properties", {})
    for key in schema.get("required", []):
        if key not in given:
            return f'it lacks "{key}"'
    for key, value in given.items():
        wanted = known.get(key)
        if wanted is None and schema.get("additionalProperties") is False:
            return f'it has no use for "{key}"'
        types = wanted.get("type") if isinstance(wanted, dict) else None
        types = [types] if isinstance(types, str) else types
        if types and not any(_TYPES[each](value) for each in types):
            return f'"{key}" is not of the type {" or ".join(types)}'
    return None


def _take_output():
    """Takes standard output for the protocol; whatever else prints there goes to standard error from now on."""
    sys.stdout.flush()
    own = os.dup(1)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return own


def _lines(stream):
    """Lines that are not blank, as they come; None for one that is too long."""
    while True:
        line = stream.readline(_MAX_LINE + 2)
        if not line.endswith(b"\n"):
            if len(line) <= _MAX_LINE:
                return
            while line and not line.endswith(b"\n"):
                line = stream.readline(_MAX_LINE)
            yield None
        elif line.strip():
            yield line


def _encode(message):
    message = {"jsonrpc": "2.0", **message}
    try:
        return json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8") + b"\n"
    except UnicodeEncodeError:
        # Half a surrogate pair, which only an escape can say.
        return json.dumps(message, allow_nan=False).encode("ascii") + b"\n"


def _error(raised):
    if isinstance(raised, PluginError):
        return {"code": raised.code, "message": str(raised), **({} if raised.data is None else {"data": raised.data})}
    # An error that was not meant for the host is logged with its stack.
    traceback.print_exception(type(raised), raised, raised.__traceback__)
    return {"code": _INTERNAL, "message": str(raised) or type(raised).__name__}


def _refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def _want(held, otherwise):
    if not held:
        raise PluginError(_BAD_PARAMS, otherwise)


def _check_chat(params):
    messages = params.get("messages")
    _want(isinstance(messages, list) and messages, "messages is not a list with something in it")
    for message in messages:
        message = message if isinstance(message, dict) else {}
        role = message.get("role")
        _want(role in ("system", "user", "assistant", "tool"), "a message's role is not system, user, assistant or tool")
        _want(role != "tool" or isinstance(message.get("call"), dict), "a message of a tool has no call that it answers")
        _want(isinstance(message.get("content"), str), "a message's content is not a string")
    _want(isinstance(params.get("params"), dict), "params is not an object with the keys of llm_params in params")
    _want(isinstance(params.get("schema"), (dict, type(None))), "schema is neither an object nor null")


def _check_texts(params):
    texts = params.get("texts")
    _want(isinstance(texts, list) and all(isinstance(text, str) for text in texts), "texts is not a list of strings")


def _check_documents(params):
    documents = params.get("documents")
    _want(isinstance(params.get("query"), str), "query is not a string")
    strings = isinstance(documents, list) and all(isinstance(document, str) for document in documents)
    _want(strings, "documents is not a list of strings")


_CHECKS = {
    "chat": _check_chat,
    "embed": _check_texts,
    "rerank": _check_documents,
    "tokens/count": lambda params: _want(isinstance(params.get("text"), str), "text is not a string"),
    "models/pull": lambda params: None,
}
