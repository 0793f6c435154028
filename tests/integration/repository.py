"""An HTTPS certificate repository that behaves or misbehaves by path. Standard library; independent of the project.

Each path is set to a behaviour: a function of (connection, repository) that sends the answer and returns True to keep the
connection. Unknown paths are 404.
"""

import collections
import os
import socket
import ssl
import struct
import threading
import time

PEM_CHAIN = "application/pem-certificate-chain"


def head(status, *fields):
    return ("HTTP/1.1 %s\r\n" % status + "".join(field + "\r\n" for field in fields) + "\r\n").encode()


def document(body, *fields, content_type=PEM_CHAIN):
    """What a good repository sends."""
    type_field = [] if content_type is None else ["Content-Type: " + content_type]
    octets = head("200 OK", "Content-Length: %d" % len(body), *type_field, *fields) + body

    def behave(connection, _):
        connection.sendall(octets)
        return True
    return behave


def status(line, *fields):
    def behave(connection, _):
        connection.sendall(head(line, "Content-Length: 0", *fields))
        return True
    return behave


def tarpit(_, repository):
    repository.over.wait()
    return False


def drip(connection, repository):
    connection.sendall(head("200 OK"))
    while not repository.over.wait(0.05):
        connection.sendall(b"-")
    return False


def endless_body(connection, _):
    connection.sendall(head("200 OK"))
    while True:
        connection.sendall(b"-" * 4096)


def endless_header(connection, _):
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-Filler: " + b"x" * 1000 + b"\r\n")


def truncated(body):
    def behave(connection, _):
        connection.sendall(head("200 OK", "Content-Length: %d" % (2 * len(body))) + body)
        return False
    return behave


def reset(connection, _):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(connection.detach())
    return False


class Repository:
    """Listens on `host` until stop(). `requests` counts by path, `connections` what was accepted."""

    def __init__(self, certificate, key, host="127.0.0.1"):
        self.host = host
        self.paths = {}
        self.requests = collections.Counter()
        self.connections = 0
        self.over = threading.Event()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, key)
        self._listener = socket.create_server((host, 0), backlog=512)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, path):
        return f"https://{self.host}:{self.port}{path}"

    def stop(self):
        self.over.set()
        self._listener.close()

    def _accept(self):
        while not self.over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            connection = self._context.wrap_socket(connection, server_side=True)
            pending = b""
            while True:
                while b"\r\n\r\n" not in pending:
                    got = connection.recv(4096)
                    if not got:
                        return
                    pending += got
                request, _, pending = pending.partition(b"\r\n\r\n")
                path = request.split(b" ")[1].decode("latin-1")
                self.requests[path] += 1
                if not self.paths.get(path, status("404 Not Found"))(connection, self):
                    return
        except OSError:
            pass  # the client went away, or would not shake hands
        finally:
            connection.close()


def wait_for(condition, seconds=10):
    deadline, pace = time.monotonic() + seconds, threading.Event()
    while not condition():
        if time.monotonic() > deadline:
            return False
        pace.wait(0.02)
    return True
