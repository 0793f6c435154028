#!/usr/bin/python3
"""Signs call after call over one stream: for load generators, and for switches that sign more than a few hundred calls a second.

Usage:  examples/stream.py [--tls FOLDER] [--sign HOST:PORT] < CALLS

CALLS has a line "CALLER CALLED" for each call. Each is answered by a line "CALLER CALLED IDENTITY", or "CALLER CALLED error:
REASON FIELD: TEXT", in the order in which the answers come. A stream that breaks is opened again, and what was not answered is sent
once more: a request without an answer was not signed, or its signature was lost on the way, which does no harm.
"""

import argparse
import os
import queue
import sys
import threading
import time

import grpc
import sti_client

END = object()


class Stream:
    """Requests that are under way, over as many streams as it takes."""

    def __init__(self, options):
        (self.call, _), (self.signing, signers) = sti_client.load_stubs("call", "authentication")
        self.stub = signers.AuthenticationStub(sti_client.channel(options.sign, options.tls))
        self.patience = options.patience
        self.open = {}  # id -> request, in the order in which they were made
        self.current = None  # what the stream in use reads; those of streams that broke may linger
        self.lock = threading.Lock()

    def request(self, number, caller, called):
        return self.signing.SignStreamRequest(id=number, sign=self.signing.SignRequest(
            orig=self.call.Party(tn=caller), dest=self.call.Destination(tn=[called]), attest=self.call.ATTESTATION_A))

    def sign(self, calls):
        """Prints an answer for each of `calls`, (caller, called)."""
        waiting = queue.Queue(maxsize=256)  # the daemon reads no more than that ahead

        def read():
            for number, (caller, called) in enumerate(calls):
                waiting.put(self.request(number, caller, called))
            waiting.put(END)
        threading.Thread(target=read, daemon=True).start()
        ended = threading.Event()
        since = time.monotonic()
        while not (ended.is_set() and not self.open):
            try:
                for answer in self.stub.SignStream(self.requests(waiting, ended), wait_for_ready=True):
                    self.print(answer)
                    since = time.monotonic()
            except grpc.RpcError as error:
                # UNAVAILABLE is how a daemon ends streams when it stops.
                if error.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED) or (
                        time.monotonic() - since > self.patience):
                    sys.exit(sti_client.explain(error))
                print(f"the stream broke with {len(self.open)} calls under way; once more", file=sys.stderr)
                time.sleep(0.1)  # lint-ok: not to run in circles while the daemon is away

    def requests(self, waiting, ended):
        """What the stream before left open, then what comes."""
        me = object()
        with self.lock:
            self.current, again = me, list(self.open.values())
        yield from again
        while not ended.is_set():
            try:
                request = waiting.get(timeout=0.2)
            except queue.Empty:
                continue
            if request is END:
                ended.set()
                return
            with self.lock:
                mine = self.current is me
                if mine:
                    self.open[request.id] = request
            if not mine:
                waiting.put(request)
                return
            yield request

    def print(self, answer):
        with self.lock:
            request = self.open.pop(answer.id).sign
        result = answer.response.identity
        if answer.WhichOneof("result") == "error":
            result = f"error: {answer.error.reason} {answer.error.field}: {answer.error.text}"
        print(request.orig.tn, request.dest.tn[0], result, flush=True)


def main():
    parser = argparse.ArgumentParser(description="Signs calls over one stream.")
    parser.add_argument("--tls", default=os.path.join(sti_client.ROOT, ".quickstart/tls"))
    parser.add_argument("--sign", default="localhost:7001")
    parser.add_argument("--patience", type=float, default=30, help="seconds without an answer after which a broken stream is given up")
    options = parser.parse_args()
    Stream(options).sign(line.split() for line in sys.stdin if line.strip())


if __name__ == "__main__":
    main()
