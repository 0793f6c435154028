"""What the Python examples share: message classes, channels with mutual TLS, and when a failed call is tried again.

Debian: apt-get install python3-grpcio python3-protobuf protobuf-compiler protobuf-compiler-grpc
"""

import atexit
import functools
import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile

import grpc

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# UNAVAILABLE: the daemon stops, or is not reached. CANCELLED: it stopped before it had taken the call. Nothing was signed in
# either case, and a verdict given twice does no harm. Anything else would fail again, or is for the caller to decide:
# RESOURCE_EXHAUSTED says in its ErrorDetail when to come back.
RETRIES = {
    "loadBalancingConfig": [{"round_robin": {}}],
    "methodConfig": [{
        "name": [{"service": "sti.v1.Authentication"}, {"service": "sti.v1.Verification"}],
        "retryPolicy": {"maxAttempts": 4, "initialBackoff": "0.1s", "maxBackoff": "1s", "backoffMultiplier": 2,
                        "retryableStatusCodes": ["UNAVAILABLE", "CANCELLED"]},
    }],
}


@functools.lru_cache(maxsize=None)
def compile_protos():
    """Makes Python modules of the .proto files, once a process; a real client would keep them."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    protos = [f"proto/sti/v1/{name}.proto" for name in ("error", "call", "authentication", "verification")]
    subprocess.run(["protoc", f"-I{ROOT}", f"--python_out={folder}", f"--grpc_python_out={folder}",
                    "--plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin", *protos], check=True)
    sys.path.insert(0, folder)


def load_stubs(*names):
    """The modules of proto/sti/v1/NAME.proto and of their services: [(NAME_pb2, NAME_pb2_grpc), ...]."""
    compile_protos()
    return [(importlib.import_module(f"proto.sti.v1.{name}_pb2"), importlib.import_module(f"proto.sti.v1.{name}_pb2_grpc"))
            for name in names]


def channel(target, tls, client="sbc"):
    """To HOST:PORT, with TLS/ca.pem as trusted CA and TLS/CLIENT.pem and .key as this client. A name with several addresses
    ("dns:///sti-as.example.net:7001") is called at all of them in turn; one that is away is skipped."""
    def read(name):
        with open(os.path.join(tls, name), "rb") as file:
            return file.read()
    credentials = grpc.ssl_channel_credentials(read("ca.pem"), read(f"{client}.key"), read(f"{client}.pem"))
    return grpc.secure_channel(target, credentials, options=[("grpc.service_config", json.dumps(RETRIES)), ("grpc.enable_retries", 1)])


def explain(error):
    """One line for a failed call: what failed, by the daemon's Reason and field where it gave them, and when to come back."""
    (messages, _), = load_stubs("error")
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            detail = messages.ErrorDetail()
            for packed in messages.RpcStatus.FromString(value).details:
                if packed.Unpack(detail):
                    later = f" (again in {detail.retry_after_ms} ms)" if detail.retry_after_ms else ""
                    return f"{detail.reason} {detail.field}: {detail.text}{later}"
    return f"{error.code().name}: {error.details()}"
