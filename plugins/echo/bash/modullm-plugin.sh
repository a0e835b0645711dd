# Speaks the protocol for a plugin in bash, with nothing but bash. The plugin sources it, sets NAME, VERSION and MODELS, defines `chat` and calls
# `serve`. `chat` has $model and $content (the last message, a JSON string with its quotes); it says `text JSON_STRING` any number
# of times, then once `finish stop` or `fail CODE MESSAGE`. `plain` and `quote` lead from a JSON string to plain text and back.
#
# Bash has no JSON. A line is taken apart at its quotes: with escaped backslashes and quotes put aside as \1 and \2, which no line can hold,
# every second piece is a string, and the brackets in the others say how deep it stands.
#
# Limits: one request at a time, so that a chat can't be cancelled; only the coarsest of what is not JSON is noticed; plain text can't hold
# NUL, nor characters that are escaped without need; a prompt with 100,000 quotes in it takes seconds.
LC_ALL=C

send() { printf '{"jsonrpc":"2.0",%s}\n' "$1" >&3; }
result() { send "\"id\":$id,\"result\":$1"; }
fail() { send "\"id\":$id,\"error\":{\"code\":$1,\"message\":$(quote "$2")${3:+,\"data\":$3}}"; }
part() { send "\"method\":\"chat/part\",\"params\":{\"id\":$id,\"part\":$1}"; }
text() { [[ $1 == '""' ]] || part "{\"type\":\"text\",\"text\":$1}"; }
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

# Sets id, method, and of params: model, content, version, ignored (the keys of llm_params). False when it is not JSON.
parse() {
  local line=$1 pieces piece depth=0 key='' section='' string i value other='[^{}\[\]]'
  id='' method='' model='' version='' ignored='' jsonrpc='' wrong=''
  content=
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
    if [[ ${pieces[i + 1]} =~ ^[[:space:]]*:[[:space:]]*([-0-9]*) ]]; then
      key=$string value=${BASH_REMATCH[1]}
      ((depth == 2)) && section=$key
      case $depth$section.$key in
        1*.id) id=$value ;;
        2*.protocol_version) version=$value ;;
        3params.*) ignored+="${ignored:+, }$key" ;;
      esac
    else
      case $depth$section.$key in
        1*.jsonrpc) jsonrpc=$string ;;
        1*.method) method=$string ;;
        2model.model) model=$string ;;
        4messages.role) case $string in system | user | assistant) ;; *) wrong=role ;; esac ;;
        4messages.content) content="\"$string\"" ;;
      esac
    fi
  done
  ((depth == 0))
}

serve() {
  local started='' line names
  # The pipes are for the protocol alone: what the plugin prints is its log, and what it starts reads nothing.
  exec 3>&1 1>&2 4<&0 </dev/null
  printf -v names '{"name":"%s","window":null},' "${MODELS[@]}"
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
      result "{\"protocol_version\":1,\"name\":\"$NAME\",\"version\":\"$VERSION\",\"provides\":[\"chat\",\"models/list\"]}"
      ;;
    not.* | yes.initialize) fail -32600 "\"$method\" can't come now" ;;
    yes.health) result '{"ok":true}' ;;
    yes.models/list) result "{\"models\":[${names%,}]}" ;;
    yes.shutdown) result '{}'; exit ;;
    yes.chat) check_chat && chat ;;
    *) fail -32601 "there is no method \"$method\"" ;;
  esac
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
