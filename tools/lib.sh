# shellcheck shell=bash
# Shared by the tools: where things are, and the one way in which they call Bazel. To be sourced.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Bazel wants a home, and some CI runners start with none.
export HOME=${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}
export PYTHONDONTWRITEBYTECODE=1
CACHE_HOME=${XDG_CACHE_HOME:-$HOME/.cache}
# Outlives the checkout, so that a fresh clone at another path does not start cold.
DISK_CACHE=$CACHE_HOME/stir-shaken-bazel
DISK_CACHE_MAX_MB=${STI_DISK_CACHE_MAX_MB:-20000}
BUILDIFIER_VERSION=8.2.1
BUILDIFIER_HOME=$CACHE_HOME/stir-shaken-tools/buildifier-$BUILDIFIER_VERSION
ACME_CLIENT_VERSION=5.4.0
# shellcheck disable=SC2034 # tools/setup uses it, tests/interop/node_acme_test.py finds it by its name
ACME_CLIENT_HOME=$CACHE_HOME/stir-shaken-tools/acme-client-$ACME_CLIENT_VERSION

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

# Bazel never shrinks its disk cache. Beyond the limit, what was not read for longest goes, down to three quarters.
prune_disk_cache() {
    [[ -d $DISK_CACHE ]] || return 0
    local used
    used=$(du -sm "$DISK_CACHE" | cut -f1)
    ((used > DISK_CACHE_MAX_MB)) || return 0
    find "$DISK_CACHE" -type f -printf '%A@ %s %p\n' | sort -n |
        awk -v excess=$((used - DISK_CACHE_MAX_MB * 3 / 4)) '
            excess > 0 { excess -= $2 / 1048576; sub(/^[^ ]+ [^ ]+ /, ""); print }' |
        xargs -r -d '\n' rm -f
}
