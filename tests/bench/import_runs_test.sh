#!/usr/bin/env bash
# The benchmark of imports runs through; figures are not asserted.
set -euo pipefail
out=$("$1" 100000 "$(mktemp -d -p "$TEST_TMPDIR")")
echo "$out"
[[ $(grep -c "sorted, written, committed" <<<"$out") == 2 ]]
grep -q "loaded into memory" <<<"$out"
if "$1" 10 "$TEST_TMPDIR"; then
    echo "too few rows must be refused"
    exit 1
fi
