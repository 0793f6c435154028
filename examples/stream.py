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


class Stream:
    """Requests that are under way, over as many streams as it takes."""

    def __init__(self, options):
        (self.call, _), (self.signing, signers) = sti_client.load_stubs("call", "authentication")
        self.stub = signers.AuthenticationStub(sti_client.channel(options.sign, options.tls))
        self.patience = options.patience
        self.waiting = queue.Queue(maxsize=256)  # the daemon reads no more than that ahead
        self.ended = threading.Event()  # nothing comes after what waits
        self.made = 0
        self.answered = 0
        self.lock = threading.Lock()
        self.open = {}  # id -> request that was given to a stream
        self.current = None  # what the stream in use reads; those of streams that broke may linger

    def request(self, number, caller, called):
        return self.signing.SignStreamRequest(id=number, sign=self.signing.SignRequest(
            orig=self.call.Party(tn=caller), dest=self.call.Destination(tn=[called]), attest=self.call.ATTESTATION_A))

    def read(self, calls):
        for caller, called in calls:
            self.made += 1
            self.waiting.put(self.request(self.made, caller, called))
        self.ended.set()

    def sign(self, calls):
        """Prints an answer for each of `calls`, (caller, called)."""
        threading.Thread(target=self.read, args=[calls], daemon=True).start()
        since = time.monotonic()
        while not self.ended.is_set() or self.answered < self.made:
            try:
                for answer in self.stub.SignStream(self.requests(), wait_for_ready=True):
                    self.print(answer)
                    since = time.monotonic()
            except grpc.RpcError as error:
                # UNAVAILABLE is how a daemon ends streams when it stops.
                if error.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED) or (
                        time.monotonic() - since > self.patience):
                    sys.exit(sti_client.explain(error))
                print(f"the stream broke with {len(self.open)} calls under way; once more", file=sys.stderr)
                time.sleep(0.1)  # lint-ok: not to run in circles while the daemon is away

    def requests(self):
        """What the streams before left open, then what waits."""
        me = object()
        with self.lock:
            self.current, again = me, list(self.open.values())
        yield from again
        while self.current is me:
            last = self.ended.is_set()  # asked before the queue, which gets nothing more after it
            try:
                request = self.waiting.get(timeout=0.2)
            except queue.Empty:
                if last:
                    return
                continue
            with self.lock:
                mine = self.current is me
                if mine:
                    self.open[request.id] = request
            if not mine:
                self.waiting.put(request)
                return
            yield request

    def print(self, answer):
        with self.lock:
            request = self.open.pop(answer.id).sign
            self.answered += 1
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
