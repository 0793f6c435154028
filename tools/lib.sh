# shellcheck shell=bash
# Shared by the tools: where things are, and the one way in which they call Bazel. To be sourced.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Bazel wants a home, and some CI runners start with none.
export HOME=${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}
export PYTHONDONTWRITEBYTECODE=1
CACHE_HOME=${XDG_CACHE_HOME:-$HOME/.cache}
# Outlives the checkout, so that a fresh clone at another path does not start cold.
DISK_CACHE=$CACHE_HOME/stir-shaken-bazel
DISK_CACHE_MAX_MB=${STI_DISK_CACHE_MAX_MB:-10000}
BUILDIFIER_VERSION=8.2.1
BUILDIFIER_HOME=$CACHE_HOME/stir-shaken-tools/buildifier-$BUILDIFIER_VERSION

say() { printf '%s\n' "$*" >&2; }
die() {
    say "$(basename "$0"): $*"
    exit 1
}

# usage: prints the comment block at the head of the calling script.
usage() { sed -n '2,/^[^#]/{/^#/!q;s/^# \{0,1\}//p}' "$0"; }

# bazel_run COMMAND [ARGUMENT...]
bazel_run() {
    local command=$1
    shift
    (cd "$ROOT" && bazel "$command" --disk_cache="$DISK_CACHE" --noshow_progress --color=no --curses=no "$@" </dev/null)
}

# A CI clone is thrown away: neither a Bazel server nor an output base may outlive it.
bazel_leave() {
    if [[ ${CI:-} == true ]]; then
        (cd "$ROOT" && bazel clean --expunge </dev/null >/dev/null 2>&1) || true
    fi
}

buildifier_path() {
    local arch
    case $(uname -m) in
        x86_64) arch=amd64 ;;
        aarch64) arch=arm64 ;;
        *) arch=$(uname -m) ;;
    esac
    printf '%s\n' "$BUILDIFIER_HOME/node_modules/@bazel/buildifier/buildifier-linux_$arch"
}

# Bazel never shrinks its disk cache. What was not read for a while goes first.
prune_disk_cache() {
    [[ -d $DISK_CACHE ]] || return 0
    local days
    for days in 30 14 7 3 1; do
        find "$DISK_CACHE" -type f -atime "+$days" -mtime "+$days" -delete 2>/dev/null || true
        if (($(du -sm "$DISK_CACHE" | cut -f1) <= DISK_CACHE_MAX_MB)); then
            return 0
        fi
    done
    find "$DISK_CACHE" -type f -mmin +120 -delete 2>/dev/null || true
}
