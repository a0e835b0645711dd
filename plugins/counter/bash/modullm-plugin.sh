# Speaks the protocol for a plugin in bash, with nothing but bash. The plugin sources it, sets NAME and VERSION, and calls `serve`.
#
# With models: set MODELS and define `chat`, which has $model and $content (the last message, a JSON string with its quotes); it says
# `text JSON_STRING` any number of times, then once `finish stop` or `fail CODE MESSAGE`.
#
# With tools: define `tool_NAME` for each tool of the manifest. `input KEY` prints a property of its input as JSON, nothing where there is
# none, or where it is a list or an object; then once `say JSON_STRING`, `value JSON`, `failed JSON_STRING` (which the model reads) or `fail`.
#
# `plain` and `quote` lead from a JSON string to plain text and back.
#
# Bash has no JSON. A line is taken apart at its quotes: with escaped backslashes and quotes put aside as \1 and \2, which no line can hold,
# every second piece is a string, and the brackets in the others say how deep it stands.
#
# Limits: one request at a time, so that none can be cancelled; only the coarsest of what is not JSON is noticed; plain text can't hold
# NUL, nor characters that are escaped without need; a prompt with 100,000 quotes in it takes seconds.
LC_ALL=C

send() { printf '{"jsonrpc":"2.0",%s}\n' "$1" >&3; }
result() { send "\"id\":$id,\"result\":$1"; }
fail() { send "\"id\":$id,\"error\":{\"code\":$1,\"message\":$(quote "$2")${3:+,\"data\":$3}}"; }
part() { send "\"method\":\"chat/part\",\"params\":{\"id\":$id,\"part\":$1}"; }
text() { [[ $1 == '""' ]] || part "{\"type\":\"text\",\"text\":$1}"; }
say() { result "{\"content\":$1}"; }
value() { result "{\"value\":$1}"; }
failed() { result "{\"content\":$1,\"failed\":true}"; }
finish() { result "{\"reason\":\"$1\",\"usage\":null,\"served\":null}"; }

# A JSON string as plain text.
plain() {
  local text=${1:1:${#1}-2}
  text=${text//\\\\/$'\1'} text=${text//\\\"/\"} text=${text//\\\//\/}
  printf '%b' "${text//$'\1'/\\\\}"
}

# Plain text as a JSON string.
quote() {
  local text=${1//\\/\\\\} code character
  text=${text//\"/\\\"} text=${text//$'\n'/\\n} text=${text//$'\r'/\\r} text=${text//$'\t'/\\t}
  if [[ $text == *[$'\001'-$'\037']* ]]; then
    for code in {1..31}; do
      printf -v code '%02x' "$code"
      printf -v character '%b' "\\x$code"
      text=${text//"$character"/\\u00$code}
    done
  fi
  printf '"%s"' "$text"
}

# A property of a tool's input.
input() {
  local i
  for ((i = 0; i < ${#input_keys[@]}; i++)); do
    [[ ${input_keys[i]} != "$1" ]] || { printf '%s' "${input_values[i]}"; return; }
  done
}

# Sets id, method, and of params: model, content, version, ignored (the keys of llm_params), tool and its input. False when it is not JSON.
parse() {
  local line=$1 pieces piece depth=0 key='' section='' string i value literal other='[^{}\[\]]'
  id='' method='' model='' version='' ignored='' jsonrpc='' wrong=''
  content= tool='' given='' input_keys=() input_values=()
  line=${line#"${line%%[![:space:]]*}"} line=${line%"${line##*[![:space:]]}"}
  [[ $line == '{'*'}' ]] || return 1
  line=${line//\\\\/$'\1'}
  line=${line//\\\"/$'\2'}
  IFS='"' read -r -d '' -a pieces <<<"$line"
  ((${#pieces[@]} % 2)) || return 1
  for ((i = 0; i < ${#pieces[@]}; i++)); do
    piece=${pieces[i]}
    if ((i % 2 == 0)); then
      piece=${piece//$other/}
      while [[ -n $piece ]]; do
        case $piece in [[{]*) depth=$((depth + 1)) ;; *) depth=$((depth - 1)) ;; esac
        piece=${piece:1}
      done
      continue
    fi
    string=${piece//$'\2'/\\\"}
    string=${string//$'\1'/\\\\}
    if [[ ${pieces[i + 1]} =~ ^[[:space:]]*:[[:space:]]*([-0-9]*)([.0-9A-Za-z+-]*)(\{?) ]]; then
      key=$string value=${BASH_REMATCH[1]} literal=${BASH_REMATCH[1]}${BASH_REMATCH[2]}
      [[ $depth$key${BASH_REMATCH[3]} != '2input{' ]] || given=yes
      ((depth == 2)) && section=$key
      case $depth$section.$key in
        1*.id) id=$value ;;
        2*.protocol_version) version=$value ;;
        3params.*) ignored+="${ignored:+, }$key" ;;
        3input.*) [[ -z $literal ]] || { input_keys+=("$key") input_values+=("$literal"); } ;;
      esac
    else
      case $depth$section.$key in
        1*.jsonrpc) jsonrpc=$string ;;
        1*.method) method=$string ;;
        2model.model) model=$string ;;
        2name.name) tool=$string ;;
        3input.*) input_keys+=("$key") input_values+=("\"$string\"") ;;
        4messages.role) case $string in system | user | assistant | tool) ;; *) wrong=role ;; esac ;;
        4messages.content) content="\"$string\"" ;;
      esac
    fi
  done
  ((depth == 0))
}

# The list under `tools` of the manifest in this folder, as it is written there.
manifest_tools() {
  local text pieces piece depth=0 taken='' on='' i
  text=$(<modullm-plugin.json) || return
  text=${text//$'\n'/ } text=${text//$'\r'/ } text=${text//\\\\/$'\1'} text=${text//\\\"/$'\2'}
  IFS='"' read -r -d '' -a pieces <<<"$text"
  for ((i = 0; i < ${#pieces[@]}; i++)); do
    piece=${pieces[i]}
    if ((i % 2)); then
      if [[ -n $on ]]; then taken+="\"$piece\""; elif [[ $depth$piece == 1tools ]]; then on=yes; fi
      continue
    fi
    while [[ -n $piece ]]; do
      case ${piece:0:1} in
        [[{]) depth=$((depth + 1)) ;;
        []}]) depth=$((depth - 1)) ;;
        :) ((depth > 1)) || { piece=${piece:1}; continue; } ;;
      esac
      [[ -z $on ]] || taken+=${piece:0:1}
      piece=${piece:1}
      [[ -z $on || $depth != 1 || $taken != *']' ]] || break 2
    done
  done
  taken=${taken//$'\2'/\\\"}
  printf '%s' "${taken//$'\1'/\\\\}"
}

serve() {
  local started='' line names provides='' tools='' functions
  # The pipes are for the protocol alone: what the plugin prints is its log, and what it starts reads nothing.
  exec 3>&1 1>&2 4<&0 </dev/null
  printf -v names '{"name":"%s","window":null},' "${MODELS[@]}"
  functions=$(declare -F)
  [[ $functions != *' chat'* ]] || provides='"chat","models/list"'
  [[ $functions != *' tool_'* ]] || tools=$(manifest_tools)
  while IFS= read -r -u 4 line || [[ -n $line ]]; do
    [[ $line == *[![:space:]]* ]] || continue
    if ! parse "$line"; then
      id=null
      fail -32700 'the line is not JSON'
    elif [[ $jsonrpc != 2.0 || -z $method ]]; then
      id=${id:-null}
      fail -32600 'the line is not a message of JSON-RPC 2.0'
    elif [[ -n $id ]]; then
      answer
    fi
  done
}

answer() {
  case ${started:-not}.$method in
    not.initialize)
      ((version >= 1)) || { fail -32602 'protocol_version is not a whole number from 1 on'; return; }
      started=yes
      # Version 1 has no tools.
      if ((version > 1)); then
        version=2
        [[ -z $tools ]] || provides+="${provides:+,}\"tools/list\",\"tools/call\""
      fi
      result "{\"protocol_version\":$version,\"name\":\"$NAME\",\"version\":\"$VERSION\",\"provides\":[$provides]}"
      ;;
    not.* | yes.initialize) fail -32600 "\"$method\" can't come now" ;;
    yes.health) result '{"ok":true}' ;;
    yes.shutdown) result '{}'; exit ;;
    *) if [[ ,$provides, == *",\"$method\","* ]]; then work; else fail -32601 "there is no method \"$method\""; fi ;;
  esac
}

work() {
  case $method in
    models/list) result "{\"models\":[${names%,}]}" ;;
    chat) check_chat && chat ;;
    tools/list) result "{\"tools\":$tools}" ;;
    tools/call) check_call && "tool_$tool" ;;
  esac
}

check_call() {
  if [[ -z $tool || -z $given ]]; then
    fail -32602 'name or input is not what it should be'
    return 1
  elif [[ $tool != [A-Za-z0-9_-]* || $tool == *[!A-Za-z0-9_-]* ]] || ! declare -F "tool_$tool" >/dev/null; then
    fail -32005 "there is no such tool" "{\"tool\":\"$tool\"}"
    return 1
  fi
}

check_chat() {
  if [[ -z $model || -z $content || -n $wrong ]]; then
    fail -32602 'model, messages or a message of them is not what it should be'
    return 1
  elif [[ " ${MODELS[*]} " != *" $model "* ]]; then
    fail -32001 "there is no model \"$model\"" "{\"model\":\"$model\"}"
    return 1
  fi
  [[ -z $ignored ]] || part "{\"type\":\"note\",\"message\":\"$NAME ignores $ignored\"}"
}
