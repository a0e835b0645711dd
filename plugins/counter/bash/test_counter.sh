#!/usr/bin/env bash
# `modullm plugins test .` looks at the protocol, this at what the plugin counts. Run it with `bash test_counter.sh`.
cd "$(dirname "$0")" || exit

said=$(bash counter.sh <<'LINES'
{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocol_version":2,"host":{"name":"test","version":"1"},"settings":{},"data_folder":"."}}
{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"count","input":{"text":"one two\nthree"}}}
LINES
)
wanted='{"jsonrpc":"2.0","id":2,"result":{"value":{"words":3,"lines":2}}}'
if [[ $said == *"$wanted"* ]]; then
  printf 'ok: it counts words and lines\n'
else
  printf 'failed: it said\n%s\n' "$said"
  exit 1
fi
