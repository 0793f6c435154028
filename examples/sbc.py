#!/usr/bin/python3
"""What an SBC does: lets sti-as sign a call, and sti-vs judge it.

Usage:  examples/sbc.py [--tls FOLDER] [--sign HOST:PORT] [--verify HOST:PORT] [--trunk ID | --customer ID] CALLER CALLED

With --trunk or --customer the provider's policy decides the attestation; without, this SBC does, which sti-as must let it
(attesting_clients).

FOLDER holds ca.pem, sbc.pem and sbc.key (default: .quickstart/tls, with tools/quickstart --stay running).
"""

import argparse
import os
import sys

import grpc
import sti_client


def main():
    parser = argparse.ArgumentParser(description="Signs and verifies one call.")
    parser.add_argument("--tls", default=os.path.join(sti_client.ROOT, ".quickstart/tls"))
    parser.add_argument("--sign", default="localhost:7001")
    parser.add_argument("--verify", default="localhost:7002")
    parser.add_argument("--trunk", default="", help="trunk that the call came in by, as provisioned")
    parser.add_argument("--customer", default="", help="customer that the call is from, as provisioned")
    parser.add_argument("--timeout", type=float, default=2, help="seconds for each of the two, retries included")
    parser.add_argument("caller")
    parser.add_argument("called")
    options = parser.parse_args()

    (call, _), (signing, signers), (verdicts, verifiers) = sti_client.load_stubs("call", "authentication", "verification")
    sti_as = signers.AuthenticationStub(sti_client.channel(options.sign, options.tls))
    sti_vs = verifiers.VerificationStub(sti_client.channel(options.verify, options.tls))
    try:
        signed = sti_as.Sign(signing.SignRequest(
            orig=call.Party(tn=options.caller), dest=call.Destination(tn=[options.called]),
            trunk=options.trunk, customer=options.customer,
            attest=call.ATTESTATION_UNSPECIFIED if options.trunk or options.customer else call.ATTESTATION_A),
            timeout=options.timeout)
        print("Identity:", signed.identity)
        print("Attested:", call.Attestation.Name(signed.attest), "by rule", signed.attest_rule)
        verdict = sti_vs.Verify(verdicts.VerifyRequest(
            identity=[signed.identity], to=options.called, **{"from": options.caller}), timeout=options.timeout)
        print(verdict.verstat, verdict.reason, call.Attestation.Name(verdict.attestation), "SPC", verdict.signer.spc)
    except grpc.RpcError as error:
        sys.exit(sti_client.explain(error))


if __name__ == "__main__":
    main()
