# capture.zsh SCRIPT: types each line of stdin into an interactive zsh that has loaded the script, presses TAB, and prints what the
# completion system is given: a line for each, then an empty line. What is offered is told by `compadd`, which every completion calls.
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PROMPT= RPROMPT= LISTMAX=10000; unset zle_bracketed_paste; autoload -Uz compinit; compinit -D -u; source ${(q)1}"
zpty -w shell 'compadd() {
  if [[ ${@[1,(i)(-|--)]} != *-(O|A|D)\ * ]]; then
    local -a offered
    builtin compadd -A offered "$@"
    local word
    for word in $offered; do print -r -- "<offered>$word<end>"; done
  fi
  builtin compadd "$@"
}'
zpty -w shell 'said() { print -r -- "<tab>" }; zle -N said; bindkey "^I" complete-word; bindkey "^G" said; print REA""DY'
zpty -r -m shell seen '*READY*'
while IFS= read -r line; do
  zpty -w -n shell "$line"$'\t\x07'
  zpty -r -m shell seen '*<tab>*'
  print -r -- "$seen" | grep -ao '<offered>[^<]*<end>' | sed 's/<offered>//; s/<end>//'
  print
  zpty -w -n shell $'\x15\x0b'
done
zpty -d shell
