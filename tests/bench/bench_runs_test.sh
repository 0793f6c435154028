#!/usr/bin/env bash
# The benchmark runs through and writes a row with a ratio for each case that has a baseline.
set -euo pipefail
json=$TEST_TMPDIR/bench.json
"$1" 1 20 "$json"
/usr/bin/python3 - "$json" <<'EOF'
import json
import sys

rows = json.load(open(sys.argv[1], encoding="utf-8"))["results"]
assert len(rows) == 10, rows
assert all(row["per_second"] > 0 for row in rows), rows
assert sum("ratio" in row and row["ratio"] > 0 for row in rows) == 6, rows
EOF
if "$1" 0 20; then
    echo "zero rounds must be refused"
    exit 1
fi
