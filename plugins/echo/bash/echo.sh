#!/usr/bin/env bash
source "$(dirname "$0")/modullm-plugin.sh"

NAME=echo
VERSION=1.0.0
MODELS=(words)

# Answers with the last message.
chat() {
  text "$content"
  finish stop
}

serve
