"""sti_on_postgres: a test that stands for itself on SQLite, once more on PostgreSQL."""

def sti_on_postgres(name, test, size = "medium"):
    """`test` is the name of an sti_cc_test of the same package that uses //common/testing:scratch_database."""
    native.sh_test(
        name = name,
        size = size,
        srcs = ["//tools/bazel:run_on_postgres.sh"],
        args = ["$(location :%s)" % test],
        data = [":" + test],
    )
