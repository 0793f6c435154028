"""A CA that is slow and forgetful, as RFC 8555 lets it be: sti-ca behind an HTTPS server that rejects good nonces and lets
challenges and orders look unfinished for a while. A client that gets through here gets through anywhere.

It stands at acme.public_url, so requests pass unchanged: what a client signed is what sti-ca checks. Answers are not signed.
"""

import http.client
import json
import random
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BAD_NONCE = "urn:ietf:params:acme:error:badNonce"
HOP_BY_HOP = ("connection", "content-length", "date", "server", "transfer-encoding")


class Moods:
    """Whom to vex and how often. Thread-safe."""

    def __init__(self, reject_share, delays, retry_after, seed=1):
        """`reject_share` of signed requests are told that their good nonce is bad, but never the same request twice running:
        clients try again once at least. A challenge and a finalized order look unfinished for `delays` more looks at them or
        at the authorization."""
        self.reject_share, self.delays, self.retry_after = reject_share, delays, retry_after
        self.random = random.Random(seed)
        self.lock = threading.Lock()
        self.rejected_last = set()  # (path, payload)
        self.looks = {}  # URL of authorization or order -> looks left
        self.rejected = self.delayed = 0

    def rejects(self, request):
        with self.lock:
            if request in self.rejected_last or self.random.random() >= self.reject_share:
                self.rejected_last.discard(request)
                return False
            self.rejected_last.add(request)
            self.rejected += 1
            return True

    def begin(self, url):
        with self.lock:
            self.looks[url] = self.delays
            self.delayed += self.delays > 0
            return self.delays > 0

    def waiting(self, url):
        with self.lock:
            return self.looks.get(url, 0) > 0

    def look(self, url):
        """Whether it is still to look unfinished."""
        with self.lock:
            left = self.looks.get(url, 0)
            self.looks[url] = left - 1
            return left > 0


class MisbehavingCa:
    """Listens at https://localhost:`port`; stop() ends it. Not restartable."""

    def __init__(self, network, port, moods):
        self.moods, self.network = moods, network
        self.trust = ssl.create_default_context(cafile=network.path("tls/ca.pem"))
        self.base = f"https://localhost:{port}"
        self.spoilers = {}  # kind of resource -> functions, each of which spoils one answer and is gone
        ca = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):  # pylint: disable=invalid-name
                self.relay(*ca.spoil(self.path, *ca.forward(self.command, self.path, None, self.headers)))

            do_HEAD = do_GET

            def do_POST(self):  # pylint: disable=invalid-name
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.relay(*ca.post(self.path, body, self.headers))

            def relay(self, status, headers, body):
                self.send_response_only(status)
                for name, value in headers:
                    if name.lower() not in HOP_BY_HOP:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def log_message(self, format, *args):  # pylint: disable=redefined-builtin
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(network.path("tls/sti-ca.pem"), network.path("tls/sti-ca.key"))
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def forward(self, method, path, body, headers):
        connection = http.client.HTTPSConnection("localhost", self.network.ports["repository"], context=self.trust, timeout=30)
        try:
            sent = {name: headers[name] for name in ("Content-Type", "Accept", "User-Agent") if headers.get(name)}
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def post(self, path, body, headers):
        if self.moods.rejects((path, json.loads(body)["payload"])):
            return self.reject(headers)
        status, answer_headers, answer = self.spoil(path, *self.forward("POST", path, body, headers))
        if status != 200 or not answer.startswith(b"{"):
            return status, answer_headers, answer
        kind = path.split("/")[2]
        changed = None
        if kind == "challenge":
            changed = self.challenge(json.loads(answer), answer_headers)
        elif kind == "authorization":
            changed = self.authorization(self.base + path, json.loads(answer))
        elif kind == "order":
            changed = self.order(self.base + path.removesuffix("/finalize"), json.loads(answer), path.endswith("/finalize"))
        if changed is None:
            return status, answer_headers, answer
        return status, [*answer_headers, ("Retry-After", str(self.moods.retry_after))], json.dumps(changed).encode()

    def spoil(self, path, status, headers, body):
        """What was asked for has been done, though the answer may not say so."""
        spoilers = self.spoilers.get(self.kind(path))
        return spoilers.pop(0)(status, headers, body) if spoilers else (status, headers, body)

    @staticmethod
    def kind(path):
        """"new-order", "order", "finalize", "certificate"..."""
        return "finalize" if path.endswith("/finalize") else path.split("/")[2]

    def reject(self, headers):
        _, answer_headers, _ = self.forward("HEAD", "/acme/new-nonce", None, headers)
        nonce = next(value for name, value in answer_headers if name.lower() == "replay-nonce")
        problem = {"type": BAD_NONCE, "detail": "rejected for the sake of testing", "status": 400}
        return 400, [("Content-Type", "application/problem+json"), ("Replay-Nonce", nonce)], json.dumps(problem).encode()

    # --- answers that look unfinished; None: leave it as it is

    def challenge(self, body, headers):
        if body["status"] != "valid":
            return None
        up = next(value for name, value in headers if name.lower() == "link" and 'rel="up"' in value)
        url = up[1:up.index(">")]
        waits = self.moods.look(url) if url in self.moods.looks else self.moods.begin(url)
        return self.unfinished(body, "processing") if waits else None

    def authorization(self, url, body):
        if body["status"] != "valid" or not self.moods.look(url):
            return None
        body["challenges"] = [self.unfinished(challenge, "processing") for challenge in body["challenges"]]
        return self.unfinished(body, "pending")

    def order(self, url, body, finalized):
        if body["status"] == "ready" and any(self.moods.waiting(part) for part in body["authorizations"]):
            return self.unfinished(body, "pending")
        if body["status"] != "valid":
            return None
        if finalized:
            return self.unfinished(body, "processing") if self.moods.begin(url) else None
        return self.unfinished(body, "processing") if self.moods.look(url) else None

    @staticmethod
    def unfinished(body, status):
        kept = {name: value for name, value in body.items() if name not in ("validated", "certificate", "x5u")}
        return {**kept, "status": status}
