#!/usr/bin/env bash
# Runs a test program with its scratch databases on PostgreSQL. For sti_on_postgres.
set -euo pipefail
STI_TEST_DATABASE=postgres exec "$@"
