#!/bin/sh
# Installs ModuLLM: `modullm`, and `runllm`, which is the same program. `install.sh --help` says how.
# Plain POSIX shell, for dash, busybox and bash. Everything is in functions, so that a script that was cut on its way does nothing.
set -eu

# What the binary is built from, within a checkout.
SOURCES="src plugins examples/templates examples/onboarding scripts/build.ts scripts/compile.ts package.json package-lock.json"

prefix='' from='' action=install force=no quiet=no
kind='' root='' work='' made='' child='' finished=no

usage() {
  cat <<'TEXT'
Installs modullm, and runllm, which is the same program, for this user.

Usage: install.sh [--from SOURCE] [--prefix FOLDER] [--force] [--quiet]
       install.sh --uninstall [--prefix FOLDER] [--quiet]

  --from SOURCE    a folder with a release, or its https:// address; otherwise the checkout or the release that this
                   script lies in, then the address in MODULLM_RELEASE_URL
  --prefix FOLDER  the programs go to FOLDER/bin (default: $HOME/.local)
  --force          replace a modullm or runllm that this script did not install
  --uninstall      remove both programs; configuration and data are kept
  --quiet          say nothing but errors
  --help           this text

Exit status: 0 done, 1 failed (what was installed before is as it was), 2 wrong usage.
TEXT
}

main() {
  unset CDPATH BUN_BE_BUN
  read_arguments "$@"
  trap clean_up EXIT
  trap 'interrupted INT' INT
  trap 'interrupted TERM' TERM
  trap 'interrupted HUP' HUP
  if [ "$action" = uninstall ]; then uninstall; else install; fi
}

read_arguments() {
  while [ $# -gt 0 ]; do
    case $1 in
      --prefix | --from)
        [ $# -gt 1 ] || wrong "$1 needs a value"
        read_option "$1" "$2"
        shift
        ;;
      --prefix=* | --from=*) read_option "${1%%=*}" "${1#*=}" ;;
      --force) force=yes ;;
      --quiet) quiet=yes ;;
      --uninstall) action=uninstall ;;
      --help)
        usage
        exit 0
        ;;
      *) wrong "unknown argument \"$1\"" ;;
    esac
    shift
  done
  [ "$action" = install ] || [ -z "$from" ] || wrong "--uninstall takes no --from"
  prefix=${prefix:-${HOME:+$HOME/.local}}
  [ -n "$prefix" ] || wrong "HOME is not set: name a folder with --prefix"
  case $prefix in
    /*) ;;
    *) prefix=$(pwd)/$prefix ;;
  esac
  bin=${prefix%/}/bin
}

read_option() {
  [ -n "$2" ] || wrong "$1 needs a value"
  case $1 in
    --prefix) prefix=$2 ;;
    --from) from=$2 ;;
  esac
}

install() {
  find_source
  check_replaceable "$bin/modullm"
  check_replaceable "$bin/runllm"
  make_work_folder
  if [ "$kind" = checkout ]; then get_from_checkout; else get_from_release; fi
  chmod 755 "$work/modullm"
  new=$(version_of "$work/modullm") || fail "the program does not run on this machine: $("$work/modullm" --version 2>&1 </dev/null | head -n 1)"
  old=$(version_of "$bin/modullm") || old=none
  ln -s modullm "$work/runllm" 2>/dev/null || ln "$work/modullm" "$work/runllm" 2>/dev/null || copy "$work/modullm" "$work/runllm"
  put_in_place
  finished=yes
  case $old in
    none | "$new") say "Installed modullm $new in $bin; runllm is the same program." ;;
    *) say "Installed modullm $new over $old in $bin; runllm is the same program." ;;
  esac
  tell_path
  say "Next: modullm onboard"
}

# Sets `kind` to checkout, address or folder, and `from` to the address or the absolute path.
find_source() {
  [ -n "$from" ] || find_place
  [ -n "$from" ] || from=${MODULLM_RELEASE_URL:-}
  case $from in
    "") fail "a script that is piped has no program with it: name a release with --from, or in MODULLM_RELEASE_URL" ;;
    *://*)
      kind=address
      check_address
      ;;
    *)
      [ -d "$from" ] || fail "there is no folder \"$from\" to install from"
      from=$(cd -- "$from" && pwd)
      kind=${kind:-folder}
      ;;
  esac
}

# Takes the checkout or the release folder that this script lies in; where it is piped, `$0` is the shell.
find_place() {
  if [ "${0##*/}" != install.sh ] || [ ! -f "$0" ]; then return; fi
  case $0 in
    */*) root=$(cd -- "${0%/*}/" && pwd) ;;
    *) root=$(pwd) ;;
  esac
  if [ -f "$root/SHA256SUMS" ]; then
    from=$root
  elif [ -f "$root/src/main.ts" ] && grep -q '"name": "modullm"' "$root/package.json" 2>/dev/null; then
    from=$root kind=checkout
  fi
}

# Only what nobody on the way can change: https, or this machine.
check_address() {
  case $from in
    *[!][A-Za-z0-9:/._~%+,=-]*) wrong "\"$from\" is no address of a folder: it holds a character that has no place there" ;;
    https://?*) protocols='=https' ;;
    http://*)
      protocols='=http'
      unset http_proxy all_proxy ALL_PROXY
      authority=${from#http://}
      authority=${authority%%/*}
      port=${authority##*:}
      case $authority in
        127.0.0.1 | localhost | "[::1]") ;;
        127.0.0.1:"$port" | localhost:"$port" | "[::1]:$port")
          case $port in "" | *[!0-9]*) wrong "\"$from\" has no port number" ;; esac
          ;;
        *) wrong "\"$from\" is not https://, and http:// is for this machine only" ;;
      esac
      ;;
    *) wrong "\"$from\" is neither a folder nor an https:// address" ;;
  esac
  from=${from%/}
}

# A program of another origin stays, unless the user says otherwise.
check_replaceable() {
  [ -e "$1" ] || [ -L "$1" ] || return 0
  [ ! -d "$1" ] || fail "cannot replace \"$1\": it is a folder"
  [ "$force" = yes ] || is_ours "$1" || fail "\"$1\" was not installed by this script: --force replaces it"
}

# Ours are a file that answers with its version, and beside it a link to it, or a copy where there are no links.
is_ours() {
  case $1 in
    */runllm)
      if [ -L "$1" ]; then [ "$(readlink "$1")" = modullm ]; else is_ours "$bin/modullm" && cmp -s "$1" "$bin/modullm"; fi
      ;;
    *) [ -f "$1" ] && [ ! -L "$1" ] && version_of "$1" >/dev/null ;;
  esac
}

version_of() {
  answer=$("$1" --version </dev/null 2>/dev/null) || return 1
  case $answer in
    *[!0-9A-Za-z.+-]*) return 1 ;;
    [0-9]*.[0-9]*.[0-9]*) printf '%s\n' "$answer" ;;
    *) return 1 ;;
  esac
}

# In the folder that the programs go to, so that a rename puts them in place. `made` is the topmost folder that was not there.
make_work_folder() {
  above=$bin
  while [ ! -e "$above" ]; do
    made=$above
    above=$(dirname "$above")
  done
  reason=$(mkdir -p "$bin" 2>&1) || fail "cannot make \"$bin\": ${reason#mkdir: }"
  work=$(mktemp -d "$bin/.modullm.XXXXXX" 2>/dev/null) || fail "cannot write to \"$bin\": name another folder with --prefix"
}

get_from_checkout() {
  program=$root/dist/modullm
  if is_current; then
    say "Taking $program, which is newer than its sources."
  else
    build
  fi
  copy "$program" "$work/modullm"
}

# Runs here, and is newer than the last commit to its sources and than what was changed since; without git, than all of them.
# shellcheck disable=SC2086 # SOURCES are several paths
is_current() {
  version_of "$program" >/dev/null || return 1
  committed=$(git -C "$root" log -1 --format=%cd --date=format-local:%Y%m%d%H%M.%S -- $SOURCES 2>/dev/null) || committed=''
  if [ -z "$committed" ]; then
    [ -z "$(cd "$root" && find $SOURCES -type f -newer "$program")" ]
    return
  fi
  touch -t "$committed" "$work/committed"
  is_newer "$program" "$work/committed" || return 1
  changed=$(git -C "$root" ls-files --modified --others --exclude-standard -- $SOURCES)
  while read -r file; do
    [ -z "$file" ] || is_newer "$program" "$root/$file" || return 1
  done <<FILES
$changed
FILES
}

is_newer() {
  [ -e "$2" ] && [ -n "$(find "$1" -newer "$2")" ]
}

build() {
  has npm || fail "cannot build modullm: that needs Node 20 or newer and npm, and there is no npm"
  if ! is_newer "$root/node_modules/.package-lock.json" "$root/package-lock.json" 2>/dev/null; then
    say "Getting what the build needs, with npm ci in $root."
    npm_in_root ci --include=optional --no-audit --no-fund
  fi
  say "Building $program."
  npm_in_root run build -- --binary
}

npm_in_root() {
  if [ "$quiet" = no ]; then
    (cd "$root" && npm "$@") >&2 </dev/null || fail "cannot build modullm: npm $1 failed in $root"
  elif ! (cd "$root" && npm "$@") >"$work/log" 2>&1 </dev/null; then
    cat "$work/log" >&2
    fail "cannot build modullm: npm $1 failed in $root"
  fi
}

get_from_release() {
  has sha256sum || has shasum || has openssl || fail "cannot check a download: there is no sha256sum, shasum or openssl"
  get SHA256SUMS "$work/SHA256SUMS"
  find_target
  name=modullm-$target
  say "Getting $name from $from."
  get "$name" "$work/modullm" with-progress
  wanted=$(listed_digest "$name")
  found=$(digest_of "$work/modullm")
  [ "$found" = "$wanted" ] || fail "\"$from/$name\" is not what SHA256SUMS says: its SHA-256 is $found, and $wanted is wanted"
}

get() {
  if [ "$kind" = address ]; then
    download "$from/$1" "$2" "${3:-}"
  else
    [ -f "$from/$1" ] || fail "\"$from\" is no release of ModuLLM: it has no $1"
    copy "$from/$1" "$2"
  fi
}

copy() {
  reason=$(cp "$1" "$2" 2>&1) || fail "cannot copy \"$1\": ${reason#cp: }"
}

# Names this machine as releases do: linux-x64, linux-arm64-musl, darwin-arm64.
find_target() {
  system=$(uname -s | tr '[:upper:]' '[:lower:]') machine=$(uname -m)
  case $machine in
    x86_64 | amd64) machine=x64 ;;
    aarch64) machine=arm64 ;;
  esac
  case $system in
    mingw* | msys* | cygwin*) fail "this script does not install on Windows: put modullm-windows-x64.exe on your PATH as modullm.exe" ;;
    darwin) [ "$(sysctl -n sysctl.proc_translated 2>/dev/null)" != 1 ] || machine=arm64 ;;
  esac
  target=$system-$machine
  ! is_musl || target=$target-musl
  if [ "$machine" = x64 ] && ! has_avx2 && [ -n "$(listed_digest "modullm-$target-baseline")" ]; then target=$target-baseline; fi
  [ -n "$(listed_digest "modullm-$target")" ] || fail "\"$from\" has no program for $target; it has: $(listed_targets)"
}

is_musl() {
  [ "$system" = linux ] || return 1
  if has ldd; then
    ldd --version 2>&1 | grep -qi musl
  elif grep -q /ld-linux /bin/sh 2>/dev/null; then
    # The shell names its loader. A file of musl's may lie beside it, from a package for cross-compiling.
    return 1
  else
    grep -q /ld-musl- /bin/sh 2>/dev/null || ls /lib/ld-musl-* >/dev/null 2>&1
  fi
}

has_avx2() {
  case $system in
    linux) grep -qw avx2 /proc/cpuinfo ;;
    darwin) [ "$(sysctl -n hw.optional.avx2_0 2>/dev/null)" = 1 ] ;;
  esac
}

listed_digest() {
  listed | while read -r digest file; do
    [ "$file" != "$1" ] || printf '%s\n' "$digest"
  done | head -n 1
}

listed_targets() {
  targets=$(listed | while read -r digest file; do
    case $file in modullm-*) printf '%s ' "${file#modullm-}" ;; esac
  done)
  printf '%s\n' "${targets:-nothing }" | sed 's/ $//; s/ /, /g'
}

# The lines of SHA256SUMS that are what they should be, as `digest name`.
listed() {
  tr -d '\r' <"$work/SHA256SUMS" | sed -n 's/^\([0-9a-f]\{64\}\) [ *]\([A-Za-z0-9._-]*\)$/\1 \2/p'
}

digest_of() {
  if has sha256sum; then
    digest=$(sha256sum <"$1")
  elif has shasum; then
    digest=$(shasum -a 256 <"$1")
  else
    digest=$(openssl dgst -sha256 -r <"$1")
  fi
  printf '%s\n' "${digest%% *}"
}

# Proxies are those of the environment. A redirect may lead to https only.
download() {
  shown=no
  if [ "$quiet" = no ] && [ -n "$3" ] && [ -t 2 ]; then shown=yes; fi
  if has curl; then
    set -- "$1" --output "$2" --fail --location --globoff --proto "$protocols" --proto-redir =https --connect-timeout 30 --speed-time 60
    if [ "$shown" = yes ]; then
      supervise curl --progress-bar "$@" || fail "cannot download \"$1\""
    else
      supervise curl --silent --show-error "$@" 2>"$work/log" || fail "cannot download \"$1\": $(tail -n 1 "$work/log")"
    fi
  elif has wget && wget --version 2>&1 | grep -q '^GNU Wget'; then
    set -- "$1" --output-document="$2" --output-file="$work/log" --no-verbose --server-response --tries=2 --timeout=60
    [ "$shown" = no ] || set -- "$@" --show-progress
    supervise wget "$@" || fail "cannot download \"$1\": $(tail -n 1 "$work/log")"
    ! grep -qi '^ *location: *http:' "$work/log" || fail "cannot download \"$1\": it leads to an address that is not https"
  else
    fail "cannot download \"$1\": that needs curl or GNU wget, which check whom they talk to"
  fi
}

# Runs a command so that a signal to this script is acted on at once, not when the command has ended.
supervise() {
  "$@" </dev/null &
  child=$!
  if wait "$child"; then result=0; else result=$?; fi
  child=''
  return "$result"
}

# Two renames, not to be interrupted. While only the first is done, runllm leads to what was there before.
put_in_place() {
  trap '' INT TERM HUP
  new_name=no
  [ -e "$bin/runllm" ] || [ -L "$bin/runllm" ] || new_name=yes
  mv -f "$work/runllm" "$bin/runllm" || fail "cannot write \"$bin/runllm\""
  mv -f "$work/modullm" "$bin/modullm" || {
    [ "$new_name" = no ] || rm -f "$bin/runllm"
    fail "cannot write \"$bin/modullm\""
  }
}

tell_path() {
  case :$PATH: in
    *:"$bin":* | *:"$bin"/:*)
      first=$(command -v modullm) || return 0
      [ "${first%/*}" = "$bin" ] || [ "${first%/*}" = "$bin/" ] || say "Another one comes first on your PATH: $first."
      return
      ;;
  esac
  shell=${SHELL:-}
  quoted=$(printf '%s' "$bin" | sed 's/[\\"$`]/\\&/g')
  line="export PATH=\"$quoted:\$PATH\""
  case ${shell##*/} in
    fish) file=.config/fish/config.fish line="fish_add_path \"$quoted\"" ;;
    zsh) file=.zshrc ;;
    bash) file=.bashrc ;;
    *) file=.profile ;;
  esac
  say "That folder is not on your PATH yet. Add this line to ~/$file, and open a new terminal:"
  say "  $line"
}

uninstall() {
  left=''
  for program in "$bin/runllm" "$bin/modullm"; do
    if [ ! -e "$program" ] && [ ! -L "$program" ]; then
      say "There is no $program."
    elif is_ours "$program"; then
      reason=$(rm -f "$program" 2>&1) || fail "cannot remove \"$program\": ${reason#rm: }"
      say "Removed $program."
    else
      left=$program
    fi
  done
  tell_kept
  [ -z "$left" ] || fail "\"$left\" was not installed by this script: it stays"
}

tell_kept() {
  home=${HOME:-}
  for folder in "${XDG_CONFIG_HOME:-$home/.config}" "${XDG_DATA_HOME:-$home/.local/share}" \
    "${XDG_STATE_HOME:-$home/.local/state}" "${XDG_CACHE_HOME:-$home/.cache}"; do
    [ ! -d "$folder/modullm" ] || say "Kept $folder/modullm."
  done
}

# A failure leaves what was there before, and nothing else.
clean_up() {
  [ -z "$work" ] || rm -rf "$work"
  [ -n "$made" ] && [ "$finished" = no ] || return 0
  above=$bin
  while rmdir "$above" 2>/dev/null && [ "$above" != "$made" ]; do above=$(dirname "$above"); done
}

interrupted() {
  trap '' INT TERM HUP
  if [ -n "$child" ]; then
    kill "$child" 2>/dev/null || :
    wait "$child" 2>/dev/null || :
  fi
  clean_up
  trap - EXIT "$1"
  kill -s "$1" $$
}

has() {
  command -v "$1" >/dev/null 2>&1
}

say() {
  [ "$quiet" = yes ] || printf '%s\n' "$1" >&2
}

fail() {
  printf 'install.sh: %s\n' "$1" >&2
  exit 1
}

wrong() {
  printf 'install.sh: %s\nTry "install.sh --help".\n' "$1" >&2
  exit 2
}

main "$@"
