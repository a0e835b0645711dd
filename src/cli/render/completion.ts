import { UsageError } from "../command.ts";
import { type CommandDescription, describeCommands } from "./commands.ts";

/** @throws {UsageError} for a shell that is not known */
export async function completionScript(shell: string): Promise<string> {
  const { commands, global_options: global } = await describeCommands();
  const everywhere = global.map((option) => option.name);
  if (shell === "bash") return bash(commands, everywhere);
  if (shell === "zsh") return zsh(commands, everywhere);
  if (shell === "fish") return fish(commands);
  throw new UsageError(`unknown shell "${shell}"; bash, zsh and fish are known`);
}

function words(command: CommandDescription, everywhere: readonly string[]): string {
  return [...command.options.map((option) => option.name), ...everywhere].join(" ");
}

function bash(commands: readonly CommandDescription[], everywhere: readonly string[]): string {
  const cases = commands.map((command) => `    ${command.name}) words="${words(command, everywhere)}" ;;`);
  return `_modullm() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map((command) => command.name).join(" ")} ${everywhere.join(" ")}" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
    *) COMPREPLY=($(compgen -f -- "$current")) ;;
  esac
}
complete -o filenames -F _modullm modullm runllm`;
}

function zsh(commands: readonly CommandDescription[], everywhere: readonly string[]): string {
  const names = commands.map((command) => `    '${command.name}:${quoted(command.summary)}'`);
  const cases = commands.map((command) => `    ${command.name}) compadd -- ${words(command, everywhere)} ;;`);
  return `#compdef modullm runllm
_modullm() {
  local -a commands
  commands=(
${names.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  if [[ $PREFIX != -* ]]; then
    _files
    return
  fi
  case $words[2] in
${cases.join("\n")}
  esac
}
_modullm "$@"`;
}

function fish(commands: readonly CommandDescription[]): string {
  const lines = ["modullm", "runllm"].flatMap((program) =>
    commands.flatMap((command) => [
      `complete -c ${program} -n __fish_use_subcommand -f -a ${command.name} -d '${quoted(command.summary)}'`,
      ...command.options.map(
        (option) =>
          `complete -c ${program} -n '__fish_seen_subcommand_from ${command.name}' -l ${option.name.slice(2)}${option.type === "boolean" ? "" : " -r"} -d '${quoted(option.description)}'`,
      ),
    ]),
  );
  return lines.join("\n");
}

/** Text inside single quotes of a shell. */
function quoted(text: string): string {
  return text.replaceAll("'", "’").replaceAll(":", "");
}
