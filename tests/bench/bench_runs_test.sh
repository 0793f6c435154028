#!/usr/bin/env bash
# The benchmark runs through and writes a row with a ratio for each case that has a baseline.
set -euo pipefail
json=$TEST_TMPDIR/bench.json
"$1" 1 20 "$json"
hsm=$(if [[ -e /usr/bin/softhsm2-util ]]; then echo 1; else echo 0; fi)
/usr/bin/python3 - "$json" "$hsm" <<'EOF'
import json
import sys

rows = json.load(open(sys.argv[1], encoding="utf-8"))["results"]
hsm = int(sys.argv[2])
assert len(rows) == 18 + 6 * hsm, rows
assert all(row["per_second"] > 0 for row in rows), rows
assert sum("ratio" in row and row["ratio"] > 0 for row in rows) == 12 + 3 * hsm, rows
EOF
if "$1" 0 20; then
    echo "zero rounds must be refused"
    exit 1
fi
