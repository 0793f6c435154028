#!/usr/bin/env bash
set -euo pipefail
# Debian's Python, which has Debian's modules, whatever else is called python3 on this machine.
exec /usr/bin/python3 tools/bazel/python_test_runner.py "$@"
