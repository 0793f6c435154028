"""The clang-tidy aspect: one action a source file, so that Bazel's caches keep what is clean.

bazel build //common/... --aspects=//tools/bazel:clang_tidy.bzl%clang_tidy --output_groups=clang_tidy

With --define=tidy=deep also the static analyzer, which takes as long as everything else together.
"""

_FLAGS = [
    "-std=c++17",
    "-xc++",
    "-iquote.",
    "-Wall",
    "-Wextra",
    "-Wthread-safety",
]

def _tidy(ctx, source, context):
    report = ctx.actions.declare_file(ctx.label.name + ".tidy/" + source.basename + ".txt")
    args = ctx.actions.args()
    args.add(report)
    args.add(ctx.file._config)
    args.add("" if ctx.var.get("tidy") == "deep" else "-clang-analyzer-*")
    args.add(source)
    args.add_all(_FLAGS)
    args.add("-iquote" + ctx.bin_dir.path)
    args.add_all(context.quote_includes, before_each = "-iquote")
    args.add_all(context.includes, before_each = "-I")
    args.add_all(context.system_includes, before_each = "-isystem")
    args.add_all(context.defines, format_each = "-D%s")
    args.add_all(context.local_defines, format_each = "-D%s")
    ctx.actions.run_shell(
        command = """
report=$1 config=$2 checks=$3 source=$4
shift 4
/usr/bin/clang-tidy-14 --quiet --config-file="$config" --checks="$checks" "$source" -- "$@" >"$report" 2>"$report.errors" ||
    { cat "$report" "$report.errors" | grep -v 'warnings generated' | sed 's|/[^ ]*/execroot/[^/]*/||'; exit 1; }
rm "$report.errors"
""",
        arguments = [args],
        inputs = depset([source, ctx.file._config] + ctx.rule.files.srcs, transitive = [context.headers]),
        outputs = [report],
        mnemonic = "ClangTidy",
        progress_message = "clang-tidy %s" % source.short_path,
        use_default_shell_env = True,
    )
    return report

def _clang_tidy_impl(target, ctx):
    # Tests would double the time, and GoogleTest's macros draw most of the complaints.
    if CcInfo not in target or getattr(ctx.rule.attr, "testonly", False) or not hasattr(ctx.rule.files, "srcs"):
        return []
    context = target[CcInfo].compilation_context
    reports = [
        _tidy(ctx, source, context)
        for source in ctx.rule.files.srcs
        if source.is_source and source.extension == "cc"
    ]
    return [OutputGroupInfo(clang_tidy = depset(reports))]

clang_tidy = aspect(
    implementation = _clang_tidy_impl,
    attrs = {
        "_config": attr.label(
            default = Label("//:.clang-tidy"),
            allow_single_file = True,
        ),
    },
)
