#!/usr/bin/python3
"""What an SBC does: lets sti-as sign a call, and sti-vs judge it.

Debian: apt-get install python3-grpcio python3-protobuf protobuf-compiler protobuf-compiler-grpc
Usage:  examples/sbc.py [--tls FOLDER] [--sign HOST:PORT] [--verify HOST:PORT] [--trunk ID | --customer ID] CALLER CALLED

With --trunk or --customer the provider's policy decides the attestation; without, this SBC does, which sti-as must let it
(attesting_clients).

FOLDER holds ca.pem, sbc.pem and sbc.key (default: .quickstart/tls, with tools/quickstart --stay running).
"""

import argparse
import os
import subprocess
import sys
import tempfile

import grpc

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def load_stubs():
    """Makes the Python classes from the .proto files; a real client would keep them."""
    folder = tempfile.mkdtemp()
    names = ("error", "call", "authentication", "verification")
    protos = [f"proto/sti/v1/{name}.proto" for name in names]
    subprocess.run(["protoc", f"-I{ROOT}", f"--python_out={folder}", f"--grpc_python_out={folder}",
                    "--plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin", *protos], check=True)
    sys.path.insert(0, folder)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def main():
    parser = argparse.ArgumentParser(description="Signs and verifies one call.")
    parser.add_argument("--tls", default=os.path.join(ROOT, ".quickstart/tls"))
    parser.add_argument("--sign", default="localhost:7001")
    parser.add_argument("--verify", default="localhost:7002")
    parser.add_argument("--trunk", default="", help="trunk that the call came in by, as provisioned")
    parser.add_argument("--customer", default="", help="customer that the call is from, as provisioned")
    parser.add_argument("caller")
    parser.add_argument("called")
    options = parser.parse_args()

    load_stubs()
    # pylint: disable=import-outside-toplevel,import-error
    from proto.sti.v1 import call_pb2, authentication_pb2, authentication_pb2_grpc, verification_pb2, verification_pb2_grpc

    credentials = grpc.ssl_channel_credentials(read(f"{options.tls}/ca.pem"), read(f"{options.tls}/sbc.key"),
                                               read(f"{options.tls}/sbc.pem"))
    sti_as = authentication_pb2_grpc.AuthenticationStub(grpc.secure_channel(options.sign, credentials))
    sti_vs = verification_pb2_grpc.VerificationStub(grpc.secure_channel(options.verify, credentials))
    try:
        signed = sti_as.Sign(authentication_pb2.SignRequest(
            orig=call_pb2.Party(tn=options.caller), dest=call_pb2.Destination(tn=[options.called]),
            trunk=options.trunk, customer=options.customer,
            attest=call_pb2.ATTESTATION_UNSPECIFIED if options.trunk or options.customer else call_pb2.ATTESTATION_A), timeout=2)
        print("Identity:", signed.identity)
        print("Attested:", call_pb2.Attestation.Name(signed.attest), "by rule", signed.attest_rule)
        verdict = sti_vs.Verify(verification_pb2.VerifyRequest(
            identity=[signed.identity], to=options.called, **{"from": options.caller}), timeout=5)
        print(verdict.verstat, verdict.reason, call_pb2.Attestation.Name(verdict.attestation), "SPC", verdict.signer.spc)
    except grpc.RpcError as error:
        sys.exit(f"{error.code().name}: {error.details()}")


if __name__ == "__main__":
    main()
