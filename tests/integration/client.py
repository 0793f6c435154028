"""A gRPC client that shares no code with the suite: python3-grpcio with stubs made from the .proto files."""

import glob
import importlib
import os
import subprocess
import sys
import tempfile

import grpc

_stubs = None  # pylint: disable=invalid-name


def stubs(name):
    """(messages, services) of proto/sti/v1/`name`.proto."""
    global _stubs  # pylint: disable=global-statement
    if _stubs is None:
        _stubs = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
        protos = glob.glob("proto/sti/v1/*.proto")
        subprocess.run(["protoc", "-I.", f"--python_out={_stubs}", f"--grpc_python_out={_stubs}",
                        "--plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin", *protos], check=True)
        sys.path.insert(0, _stubs)
    return (importlib.import_module(f"proto.sti.v1.{name}_pb2"), importlib.import_module(f"proto.sti.v1.{name}_pb2_grpc"))


def channel(network, daemon, client):
    def read(name):
        with open(network.path("tls", name), "rb") as file:
            return file.read()
    credentials = grpc.ssl_channel_credentials(read("ca.pem"), read(f"{client}.key"), read(f"{client}.pem"))
    return grpc.secure_channel(f"127.0.0.1:{network.ports[daemon]}", credentials)


def error_detail(error):
    """The ErrorDetail of a failed call, from the trailer that generic clients read."""
    messages = stubs("error")[0]
    for key, value in error.trailing_metadata():
        if key == "grpc-status-details-bin":
            status = messages.RpcStatus.FromString(value)
            detail = messages.ErrorDetail()
            assert status.details[0].Unpack(detail), "not an ErrorDetail"
            return detail
    raise AssertionError(f"no grpc-status-details-bin in {error.trailing_metadata()}")
