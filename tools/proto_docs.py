"""Schemas with their comments, for the tools that make documents of them (gen_config_docs, gen_api_docs)."""

import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent


def compile_protos(folder, out):
    """Compiles the .proto files of `folder`: Python modules into `out`, and there what read_set reads."""
    protos = sorted(str(path.relative_to(ROOT)) for path in (ROOT / folder).glob("*.proto"))
    subprocess.run(
        ["/usr/bin/protoc", "-I.", "-I/usr/include", f"--python_out={out}", "--include_imports", "--include_source_info",
         f"--descriptor_set_out={out}/set", *protos],
        cwd=ROOT,
        check=True,
    )


def read_set(out):
    """What compile_protos put into `out`, as a FileDescriptorSet with comments. Options of their own are understood when their
    Python module has been imported before."""
    from google.protobuf import descriptor_pb2  # Debian's, there once tools/setup --test has run  # pylint: disable=import-outside-toplevel

    return descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(out, "set").read_bytes())


def comments_of(file):
    """Path of a thing in the file's descriptor (SourceCodeInfo) -> the comment before it, on one line."""
    return {tuple(where.path): " ".join(where.leading_comments.split()) for where in file.source_code_info.location}


def anchor(title):
    """What a link to a heading ends with."""
    return "".join(c for c in title.lower().replace(" ", "-") if c.isalnum() or c in "-_")
