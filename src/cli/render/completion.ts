import { UsageError } from "../command.ts";
import { type CommandDescription, describeCommands, type OptionDescription } from "./commands.ts";

/** @throws {UsageError} for a shell that is not known */
export async function completionScript(shell: string): Promise<string> {
  const { commands, global_options: global } = await describeCommands();
  const all = commands.map((command) => ({ ...command, options: [...command.options, ...global] }));
  if (shell === "bash") return bash(all, global);
  if (shell === "zsh") return zsh(all);
  if (shell === "fish") return fish(all);
  throw new UsageError(`unknown shell "${shell}"; bash, zsh and fish are known`);
}

function words(options: readonly OptionDescription[]): string {
  return options.map((option) => option.name).join(" ");
}

/** What may follow a word of a command, as `command word`: the command's own name stands before its first argument. */
function followers(commands: readonly CommandDescription[]): (readonly [after: string, words: readonly string[]])[] {
  return commands.flatMap(({ name, arguments: [first], options }) => [
    ...(first?.suggest === undefined ? [] : [[`${name} ${name}`, first.suggest] as const]),
    ...options.flatMap((option) => (option.values ? [[`${name} ${option.name}`, option.values] as const] : [])),
  ]);
}

function bash(commands: readonly CommandDescription[], global: readonly OptionDescription[]): string {
  const names = commands.map((command) => command.name).join(" ");
  const cases = commands.map((command) => `    ${command.name}) words="${words(command.options)}" ;;`);
  const after = followers(commands).map(([word, values]) => `    "${word}") words="${values.join(" ")}" ;;`);
  return `_modullm() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names} ${words(global)}" -- "$current"))
    return
  fi
  case "$current" in
  -*) case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
  esac ;;
  *) case "\${COMP_WORDS[1]} $previous" in
${after.join("\n")}
  esac ;;
  esac
  if [ -n "$words" ]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  else
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -o filenames -F _modullm modullm runllm`;
}

function zsh(commands: readonly CommandDescription[]): string {
  const names = commands.map((command) => `    '${command.name}:${quoted(command.summary)}'`);
  const cases = commands.map((command) => `    ${command.name}) compadd -- ${words(command.options)} ;;`);
  const after = followers(commands).map(([word, values]) => `    "${word}") compadd -- ${values.join(" ")} ;;`);
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
    case "$words[2] $words[CURRENT-1]" in
${after.join("\n")}
    *) _files ;;
    esac
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
    commands.flatMap(({ name, summary, arguments: positionals, options }) => {
      const seen = `complete -c ${program} -n '__fish_seen_subcommand_from ${name}'`;
      const [first] = positionals;
      const suggested = first?.suggest === undefined ? [] : [suggestion(program, name, positionals)];
      return [
        `complete -c ${program} -n __fish_use_subcommand -f -a ${name} -d '${quoted(summary)}'`,
        ...suggested,
        ...options.map(
          (option) => `${seen} -l ${option.name.slice(2)}${wants(option)} -d '${quoted(option.description)}'`,
        ),
      ];
    }),
  );
  return lines.join("\n");
}

/** The first argument of a command, in fish: no file, but one of the words. */
function suggestion(program: string, name: string, [first]: CommandDescription["arguments"]): string {
  const at = `test (count (commandline -opc)) -eq 2; and __fish_seen_subcommand_from ${name}`;
  return `complete -c ${program} -n '${at}' -f -a '${(first?.suggest ?? []).join(" ")}'`;
}

function wants({ type, values }: OptionDescription): string {
  if (values !== undefined) return ` -x -a '${values.join(" ")}'`;
  return type === "boolean" ? "" : " -r";
}

/** Text inside single quotes of a shell. */
function quoted(text: string): string {
  return text.replaceAll("'", "’").replaceAll(":", "");
}
