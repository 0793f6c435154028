"""The prelude: system headers that most sources include, parsed once for all of them (clang's precompiled headers).

It halves the time of a build and changes nothing else: every source still includes what it uses, which
clang-tidy and the fuzz build see to, as they go without it.
"""

load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")

_COMMON = [
    "absl/cleanup/cleanup.h",
    "absl/container/flat_hash_map.h",
    "absl/container/flat_hash_set.h",
    "absl/status/statusor.h",
    "absl/strings/escaping.h",
    "absl/strings/match.h",
    "absl/strings/numbers.h",
    "absl/strings/str_cat.h",
    "absl/strings/str_format.h",
    "absl/strings/str_join.h",
    "absl/strings/str_replace.h",
    "absl/strings/str_split.h",
    "absl/time/clock.h",
    "absl/time/time.h",
    "algorithm",
    "array",
    "atomic",
    "chrono",
    "deque",
    "filesystem",
    "fstream",
    "functional",
    "future",
    "google/protobuf/message.h",
    "google/protobuf/repeated_ptr_field.h",
    "google/protobuf/timestamp.pb.h",
    "grpcpp/grpcpp.h",
    "iostream",
    "map",
    "memory",
    "mutex",
    "openssl/evp.h",
    "openssl/x509.h",
    "optional",
    "set",
    "string",
    "thread",
    "utility",
    "variant",
    "vector",
]
_TESTS = _COMMON + [
    "gmock/gmock.h",
    "gtest/gtest.h",
]

# Has to be the same for the prelude and for whom it serves.
PRELUDE_COPTS = [
    "-DGTEST_HAS_PTHREAD=1",
    "-DNOMINMAX",
]

# What a test says about the code does not depend on its own optimization, which costs half of its build time.
TEST_COPTS = PRELUDE_COPTS + select({
    "//tools/bazel:sanitized": ["-O0"],
    "//conditions:default": [],
})

def _prelude_impl(ctx):
    output = ctx.actions.declare_file(ctx.label.name + ".pch")
    toolchain = find_cpp_toolchain(ctx)
    features = cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = toolchain,
        requested_features = ctx.features,
        unsupported_features = ctx.disabled_features,
    )
    flags = cc_common.get_memory_inefficient_command_line(
        feature_configuration = features,
        action_name = "c++-compile",
        variables = cc_common.create_compile_variables(
            feature_configuration = features,
            cc_toolchain = toolchain,
            use_pic = True,
            user_compile_flags = ctx.fragments.cpp.copts + ctx.fragments.cpp.cxxopts + ctx.attr.copts,
        ),
    )
    args = ctx.actions.args()
    args.add_all(flags)

    # Time stamps would differ from machine to machine.
    args.add_all(["-fpch-instantiate-templates", "-Xclang", "-fno-pch-timestamp"])
    args.add_all(ctx.attr.headers, before_each = "-include")

    # Some header has to be the input; a small one of the system, as a path of the sandbox would not be found again.
    args.add_all(["-x", "c++-header", "/usr/include/stdc-predef.h", "-o", output])
    ctx.actions.run(
        executable = cc_common.get_tool_for_action(feature_configuration = features, action_name = "c++-compile"),
        arguments = [args],
        env = cc_common.get_environment_variables(
            feature_configuration = features,
            action_name = "c++-compile",
            variables = cc_common.empty_variables(),
        ),
        inputs = toolchain.all_files,
        outputs = [output],
        mnemonic = "Prelude",
        progress_message = "Parsing %s" % ctx.label,
    )
    return [DefaultInfo(files = depset([output]))]

_prelude = rule(
    implementation = _prelude_impl,
    attrs = {
        "copts": attr.string_list(),
        "headers": attr.string_list(),
        "_cc_toolchain": attr.label(default = "@bazel_tools//tools/cpp:current_cc_toolchain"),
    },
    fragments = ["cpp"],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)

def preludes(name):
    """NAME for everything, test_NAME for tests."""
    for target, headers, copts in [
        (name, _COMMON, PRELUDE_COPTS),
        ("test_" + name, _TESTS, TEST_COPTS),
    ]:
        _prelude(name = target + "_file", headers = headers, copts = copts, tags = ["manual"])
        native.cc_library(
            name = target,
            hdrs = select({
                "//tools/bazel:precompiled": [target + "_file"],
                "//conditions:default": [],
            }),
            visibility = ["//visibility:public"],
        )

def use_prelude(name):
    """Copts of a target that has //tools/bazel:NAME among its deps."""
    return select({
        "//tools/bazel:precompiled": ["-include-pch", "$(BINDIR)/tools/bazel/%s_file.pch" % name],
        "//conditions:default": [],
    })
