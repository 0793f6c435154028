"""sti_cc_library, sti_cc_binary, sti_cc_test: own code, with warnings as errors."""

load("//tools/bazel:prelude.bzl", "PRELUDE_COPTS", "TEST_COPTS", "use_prelude")

# g++ counts conversions of the sign to -Wextra only in C, clang to -Wconversion.
STRICT = ["-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Wno-sign-conversion", "-Werror"]

_PRELUDE = "//tools/bazel:prelude"

# linkstatic: everything is linked into the binaries, so no .so of each library either.
def sti_cc_library(name, deps = [], copts = [], **kwargs):
    native.cc_library(
        name = name,
        copts = STRICT + PRELUDE_COPTS + use_prelude("prelude") + copts,
        linkstatic = True,
        deps = deps + [_PRELUDE],
        **kwargs
    )

def sti_cc_binary(name, deps = [], copts = [], **kwargs):
    native.cc_binary(
        name = name,
        copts = STRICT + PRELUDE_COPTS + use_prelude("prelude") + copts,
        deps = deps + [_PRELUDE],
        **kwargs
    )

def sti_cc_test(name, deps = [], copts = [], data = [], size = "small", **kwargs):
    native.cc_test(
        name = name,
        size = size,
        copts = STRICT + TEST_COPTS + use_prelude("test_prelude") + copts,
        # .bazelrc names it to ThreadSanitizer, relative to the runfiles.
        data = data + ["//tools:tsan.supp"],
        deps = deps + [
            "//tools/bazel:test_prelude",
            "@debian//:gmock",
            "@debian//:gtest",
            "@debian//:gtest_main",
        ],
        **kwargs
    )
