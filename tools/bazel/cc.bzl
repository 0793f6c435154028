"""sti_cc_library, sti_cc_binary, sti_cc_test: own code, with warnings as errors."""

STRICT = ["-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Werror"]

# linkstatic: everything is linked into the binaries, so no .so of each library either.
def sti_cc_library(name, copts = [], **kwargs):
    native.cc_library(name = name, copts = STRICT + copts, linkstatic = True, **kwargs)

def sti_cc_binary(name, copts = [], **kwargs):
    native.cc_binary(name = name, copts = STRICT + copts, **kwargs)

def sti_cc_test(name, deps = [], copts = [], data = [], size = "small", **kwargs):
    native.cc_test(
        name = name,
        size = size,
        copts = STRICT + copts,
        # .bazelrc names it to ThreadSanitizer, relative to the runfiles.
        data = data + ["//tools:tsan.supp"],
        deps = deps + ["@debian//:gmock", "@debian//:gtest", "@debian//:gtest_main"],
        **kwargs
    )
