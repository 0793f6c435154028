"""sti_fuzz_target: one fuzz target for a parser of hostile bytes.

    sti_fuzz_target(
        name = "url_fuzzer",
        src = "url_fuzzer.cc",  # defines LLVMFuzzerTestOneInput
        deps = ["//common/codec:url"],
    )

The seeds are the files of corpus/NAME (`corpus` names another folder), of which there must be at least one.
It makes

* NAME_replay_test: feeds every seed, shorter pieces of it and its single-bit errors to the target, in each
  `bazel test //...` with whatever compiler and sanitizers that run has;
* NAME: the libFuzzer binary, only built on demand and with clang:
      bazel build --config=fuzz //tests/fuzz:url_fuzzer
      .bazel/bin/tests/fuzz/url_fuzzer -max_total_time=60 NEW_INPUTS_FOLDER tests/fuzz/corpus/url_fuzzer

An input that once broke something goes into the corpus, under a name that says what it broke.
"""

load("//tools/bazel:cc.bzl", "STRICT", "sti_cc_binary")

def sti_fuzz_target(name, src, corpus = None, deps = [], size = "small"):
    """A fuzz target with its replay test.

    Args:
      name: of the libFuzzer binary, by custom ending in _fuzzer.
      src: the file that defines LLVMFuzzerTestOneInput. It reports a broken promise with abort().
      corpus: folder of seeds below this package; corpus/NAME unless given.
      deps: libraries of src.
      size: of the replay test; "medium" where one input costs a fraction of a millisecond (public keys).
    """
    corpus = corpus or "corpus/" + name

    # Not sti_cc_test: gtest_main would bring a second main.
    native.cc_test(
        name = name + "_replay_test",
        size = size,
        srcs = [
            src,
            "//tests/fuzz:replay_main.cc",
        ],
        args = [native.package_name() + "/" + corpus],
        copts = STRICT,
        data = native.glob([corpus + "/**"]),
        deps = deps,
    )
    sti_cc_binary(
        name = name,
        testonly = True,
        srcs = [src],
        linkopts = ["-fsanitize=fuzzer"],
        tags = ["manual"],
        deps = deps,
    )
