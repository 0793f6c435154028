#!/usr/bin/env bash
# The benchmark of the numbers runs through and has a row for each structure, loaded and looked up.
set -euo pipefail
out=$("$1" 20000 1 5)
echo "$out"
[[ $(grep -c "octets each" <<<"$out") == 7 ]]
[[ $(grep -c ": a number" <<<"$out") -ge 6 ]]
grep -q "a change is seen after" <<<"$out"
if "$1" 20000 0 5; then
    echo "zero rounds must be refused"
    exit 1
fi
