#!/usr/bin/env bash
source "$(dirname "$0")/modullm-plugin.sh"

NAME=counter
VERSION=1.0.0

tool_count() {
  local text lines words
  text=$(input text)
  [[ $text == \"* ]] || { fail -32602 'text is not a string'; return; }
  read -r lines words < <(plain "$text" | wc -lw)
  value "{\"words\":$words,\"lines\":$((lines + 1))}"
}

serve
