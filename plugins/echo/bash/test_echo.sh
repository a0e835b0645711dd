#!/usr/bin/env bash
# `modullm plugins test .` looks at the protocol, this at what the plugin says. Run it with `bash test_echo.sh`.
cd "$(dirname "$0")" || exit

said=$(bash echo.sh <<'LINES'
{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocol_version":1,"host":{"name":"test","version":"1"},"settings":{},"data_folder":"."}}
{"jsonrpc":"2.0","id":2,"method":"chat","params":{"model":"words","messages":[{"role":"user","content":"Hello, \"world\""}],"params":{},"schema":null,"stream":true}}
LINES
)
wanted='{"jsonrpc":"2.0","method":"chat/part","params":{"id":2,"part":{"type":"text","text":"Hello, \"world\""}}}'
if [[ $said == *"$wanted"* ]]; then
  printf 'ok: it answers with the last message\n'
else
  printf 'failed: it said\n%s\n' "$said"
  exit 1
fi
