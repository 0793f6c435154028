"""sti_python_test: a unittest module run by Debian's Python, each of its cases counted."""

def sti_python_test(name, src, data = [], size = "medium", tags = [], **kwargs):
    """`src` is a unittest module. It finds its data relative to the working folder, which is the workspace."""
    native.sh_test(
        name = name,
        size = size,
        srcs = ["//tools/bazel:run_python_test.sh"],
        args = ["$(location %s)" % src],
        data = [src, "//tools/bazel:python_test_runner.py"] + data,
        # The sanitizers would look at Python, not at our code.
        tags = tags,
        **kwargs
    )
