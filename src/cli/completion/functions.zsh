# Models, asked of the program that is being typed.
_modullm_models() {
  local -a models fronts expl
  local ret=1
  models=(${(f)"$(${~_modullm_program} completion models 2> /dev/null < /dev/null)"})
  fronts=(${(M)models:#*/})
  models=(${models:#*/})
  _wanted -V models expl model compadd -a models && ret=0
  # A provider's name wants the rest.
  _wanted -V models expl model compadd -S '' -a fronts && ret=0
  return ret
}

# Names of chats, as models are.
_modullm_chats() {
  local -a chats expl
  chats=(${(f)"$(${~_modullm_program} completion chats 2> /dev/null < /dev/null)"})
  _wanted -V chats expl chat compadd -a chats
}

_modullm_programs() {
  _alternative 'programs:program:_path_files -g "*.rllm(-.)"' 'folders:folder:_path_files -/'
}

# Behind --: a field of the program's input, and a file as the value in key=value.
_modullm_rest() {
  (( ${words[(I)--]} )) || return 1
  compset -P "*=" && { _files; return }
  local -a fields expl
  fields=(${(f)"$(${~_modullm_program} completion fields ${(Q)line[1]} 2> /dev/null < /dev/null)"})
  _wanted fields expl field compadd -S '' -a fields
}

_modullm() {
  local curcontext="$curcontext" context state state_descr line ret=1
  local _modullm_program=${(Q)words[1]}
  typeset -A opt_args
  _arguments -C $_modullm_everywhere '1:command:_modullm_commands' '*:: :->command' && ret=0
  [[ $state == command ]] || return ret
  local modullm_command=$line[1]
  curcontext="${curcontext%:*:*}:modullm-$modullm_command:"
  _modullm_arguments $modullm_command && ret=0
  return ret
}

if [[ $funcstack[1] == _modullm ]]; then
  _modullm "$@"
elif (( $+functions[compdef] )); then
  compdef _modullm modullm runllm
else
  print -u2 'modullm completion: put "autoload -Uz compinit; compinit" before this'
fi
