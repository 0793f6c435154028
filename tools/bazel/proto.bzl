"""cc_grpc_library: .proto -> C++ with the system's protoc and grpc_cpp_plugin."""

load("//tools/bazel:prelude.bzl", "PRELUDE_COPTS", "use_prelude")

ProtoSourcesInfo = provider("The .proto files of a target.", fields = {"transitive": "depset of its own and its dependencies' files"})

def _gen_impl(ctx):
    deps = depset(transitive = [d[ProtoSourcesInfo].transitive for d in ctx.attr.deps])
    all_protos = depset(ctx.files.srcs, transitive = [deps])
    hdrs, srcs = [], []
    for p in ctx.files.srcs:
        stem = p.basename[:-len(".proto")]
        exts = ["pb"] + (["grpc.pb"] if ctx.attr.grpc else [])
        for e in exts:
            hdrs.append(ctx.actions.declare_file(stem + "." + e + ".h"))
            srcs.append(ctx.actions.declare_file(stem + "." + e + ".cc"))
    desc = ctx.actions.declare_file(ctx.label.name + ".protoset")
    args = ctx.actions.args()
    args.add("-I.")
    args.add("-I/usr/include")
    args.add("--cpp_out=" + ctx.bin_dir.path)
    if ctx.attr.grpc:
        args.add("--plugin=protoc-gen-grpc=/usr/bin/grpc_cpp_plugin")
        args.add("--grpc_out=" + ctx.bin_dir.path)
    args.add("--descriptor_set_out=" + desc.path)
    args.add("--include_imports")
    args.add_all(ctx.files.srcs)

    # Own code is compiled with -Wconversion -Werror; generated headers must not take part in that.
    ctx.actions.run_shell(
        command = "/usr/bin/protoc \"$@\" && sed -i '1i #pragma GCC system_header' " + " ".join([h.path for h in hdrs]),
        arguments = [args],
        inputs = all_protos,
        outputs = hdrs + srcs + [desc],
        mnemonic = "ProtocCpp",
        progress_message = "protoc %s" % ctx.label,
    )
    return [
        DefaultInfo(files = depset(hdrs + srcs)),
        OutputGroupInfo(hdrs = depset(hdrs), srcs = depset(srcs), protoset = depset([desc])),
        ProtoSourcesInfo(transitive = all_protos),
    ]

_gen = rule(
    implementation = _gen_impl,
    attrs = {
        "srcs": attr.label_list(allow_files = [".proto"]),
        "deps": attr.label_list(providers = [ProtoSourcesInfo]),
        "grpc": attr.bool(default = True),
    },
)

def cc_grpc_library(name, srcs, deps = [], grpc = True, visibility = None, **kwargs):
    """deps: other cc_grpc_library targets. Import paths are relative to the workspace root."""
    gen = name + "_gen"
    _gen(name = gen, srcs = srcs, deps = [d + "_gen" for d in deps], grpc = grpc, visibility = ["//visibility:public"])
    native.filegroup(name = name + "_hdrs", srcs = [gen], output_group = "hdrs", visibility = ["//visibility:private"])
    native.filegroup(name = name + "_srcs", srcs = [gen], output_group = "srcs", visibility = ["//visibility:private"])
    native.filegroup(name = name + "_protoset", srcs = [gen], output_group = "protoset", visibility = visibility)
    native.cc_library(
        name = name,
        hdrs = [name + "_hdrs"],
        srcs = [name + "_srcs"],
        deps = deps + ["//tools/bazel:prelude", "@debian//:protobuf"] + (["@debian//:grpc++"] if grpc else []),
        copts = ["-w"] + PRELUDE_COPTS + use_prelude("prelude"),  # generated code
        linkstatic = True,
        features = ["-layering_check"],
        visibility = visibility,
        **kwargs
    )
