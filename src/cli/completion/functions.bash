# Takes up the lines of stdin that begin with $value.
_modullm_take() {
  local word
  while IFS= read -r word; do
    case "$word" in
    "") ;;
    "$value"*) COMPREPLY+=("$lead$word") ;;
    esac
  done
}

# The same for paths, which compgen has chosen.
_modullm_paths() {
  local path
  while IFS= read -r path; do
    [ -z "$path" ] || COMPREPLY+=("$lead$path")
  done <<< "$(compgen "$@" -- "$value")"
}

# Gives the words up to the current one. From bash 4 on COMP_WORDS is split at : = and @ too: here they are whole again.
_modullm_join() {
  local word index=0 joined=""
  words=()
  last=0
  while [ "$index" -le "$COMP_CWORD" ]; do
    word="${COMP_WORDS[index]}"
    index=$((index + 1))
    case "$word" in
    "" | *[!:=@]*)
      if [ -n "$joined" ]; then
        words[last]="${words[last]}$word"
      else
        last=${#words[@]}
        words[last]="$word"
      fi
      joined=""
      ;;
    *)
      words[last]="${words[last]-}$word"
      joined=yes
      ;;
    esac
  done
}

# Says what the current word is, from the words before it: a kind, the part of it that counts, and what stands before that.
_modullm_place() {
  local word index=1 command="" place=0 rest=""
  while [ "$index" -lt "$last" ]; do
    word="${words[index]}"
    index=$((index + 1))
    if [ -n "$rest" ]; then
      continue
    elif [ -n "$kind" ]; then
      kind=""
      continue
    fi
    case "$word" in
    --) rest=yes ;;
    -*=*) ;;
    -?*) _modullm_kind "$command" "$word" ;;
    "<" | ">" | ">>") kind=files ;;
    *)
      if [ -z "$command" ]; then
        command="$word"
      else
        place=$((place + 1))
        [ "$place" -ne 1 ] || program="${word//[\"\'\\]/}"
      fi
      ;;
    esac
  done
  value="$current"
  [ -z "$kind" ] || return 0
  case "$rest$current" in
  yes*)
    kind=fields
    case "$current" in *=*) kind=files lead="${current%%=*}=" value="${current#*=}" ;; esac
    ;;
  -*=*)
    _modullm_kind "$command" "${current%%=*}"
    lead="${current%%=*}=" value="${current#*=}"
    ;;
  -*) kind="words $(_modullm_options "$command")" ;;
  *) if [ -z "$command" ]; then kind="words $_modullm_commands"; else _modullm_kind "$command" "$place"; fi ;;
  esac
}

_modullm() {
  local current value="" lead="" kind="" program="" last=0 cut="" breaks="" quoted="" word index newline=$'\n'
  local -a words
  COMPREPLY=()
  _modullm_join
  current="${words[last]}"
  _modullm_place

  # Readline puts the answer in place of what stands behind the last of its breaks, or behind an open quote.
  case "$value" in
  [\"\']*) quoted=yes value="${value#?}" lead="" ;;
  *)
    for word in : = @; do
      case "$COMP_WORDBREAKS" in *$word*) breaks="$breaks$word" ;; esac
    done
    [ -z "$breaks" ] || cut="${current%"${current##*[$breaks]}"}"
    ;;
  esac

  case "$kind" in
  words\ *)
    word="${kind#words }"
    _modullm_take <<< "${word// /$newline}"
    ;;
  models)
    word="${COMP_WORDS[0]}"
    case "$word" in "~/"*) word="$HOME${word#"~"}" ;; esac
    _modullm_take <<< "$("$word" completion models 2> /dev/null < /dev/null)"
    ;;
  chats)
    word="${COMP_WORDS[0]}"
    case "$word" in "~/"*) word="$HOME${word#"~"}" ;; esac
    _modullm_take <<< "$("$word" completion chats 2> /dev/null < /dev/null)"
    ;;
  fields)
    word="${COMP_WORDS[0]}"
    case "$word" in "~/"*) word="$HOME${word#"~"}" ;; esac
    _modullm_take <<< "$("$word" completion fields "$program" 2> /dev/null < /dev/null)"
    ;;
  programs)
    _modullm_paths -f -X '!*.rllm'
    _modullm_paths -d
    ;;
  files) _modullm_paths -f ;;
  folders) _modullm_paths -d ;;
  esac

  for ((index = 0; index < ${#COMPREPLY[@]}; index++)); do
    COMPREPLY[index]="${COMPREPLY[index]#"$cut"}"
  done
  case "$kind" in
  programs | files | folders) kind=paths ;;
  esac
  if ! type compopt > /dev/null 2>&1; then
    _modullm_finish
  elif [ "$kind" != paths ]; then
    # Nothing to quote, and a folder of the same name doesn't count. A provider's name wants the rest.
    compopt +o filenames 2> /dev/null
    [ "$kind" != models ] || compopt -o nosort 2> /dev/null
    case "${#COMPREPLY[@]} ${COMPREPLY[0]-}" in "1 "*/ | "1 "*=) compopt -o nospace 2> /dev/null ;; esac
  fi
}

# Without compopt nothing can be said of a single completion, so what readline does elsewhere is done here: quotes around
# what means something to the shell, the slash behind a folder, the blank behind a word.
_modullm_finish() {
  local index reply sign end
  for ((index = 0; index < ${#COMPREPLY[@]}; index++)); do
    reply="${COMPREPLY[index]}"
    end=" "
    if [ "$kind" = paths ]; then
      case "$reply" in
      "~/"*) [ ! -d "$HOME${reply#"~"}" ] || end=/ ;;
      *) [ ! -d "$reply" ] || end=/ ;;
      esac
      if [ -z "$quoted" ]; then
        for sign in \\ ' ' \" \' '(' ')' '&' ';' '|' '<' '>' '$' '`' '*' '?' '[' '{' '#' '!'; do
          reply="${reply//"$sign"/\\$sign}"
        done
      fi
    fi
    case "$quoted$end" in
    "yes ") ;;
    *) case "$reply" in */ | *=) ;; *) reply="$reply$end" ;; esac ;;
    esac
    COMPREPLY[index]="$reply"
  done
}

if type compopt > /dev/null 2>&1; then
  complete -o filenames -F _modullm modullm runllm
else
  complete -o nospace -F _modullm modullm runllm
fi
