"""An HTTPS server that misbehaves on demand. Independent of the project's own server and clients.

usage: hostile_server.py CERTIFICATE KEY

Prints "tls=PORT", "mute=PORT", "plain=PORT" and "old=PORT", one a line, once it listens on 127.0.0.1: HTTPS; a port
that accepts and then says nothing; HTTP without TLS; TLS up to 1.1. What the HTTPS port does depends on the path, see
answer(). It runs until its parent goes away.
"""

import os
import socket
import ssl
import struct
import sys
import threading
import time

connections = 0
lock = threading.Lock()


def head(status, *fields):
    return ("HTTP/1.1 %s\r\n" % status + "".join(f + "\r\n" for f in fields) + "\r\n").encode()


def sized(body, *fields):
    return head("200 OK", "Content-Length: %d" % len(body), *fields) + body


def chunked(parts, trailer=b""):
    data = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in parts)
    return head("200 OK", "Transfer-Encoding: chunked") + data + b"0\r\n" + trailer + b"\r\n"


def send_for_ever(connection, first, again, pause=0.0):
    connection.sendall(first)
    while True:
        connection.sendall(again)
        if pause:
            time.sleep(pause)


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(connection.detach())


def answer(connection, path, request, number):
    """Serves one request; False when the connection is over."""
    name, _, argument = path[1:].partition("/")
    if name == "chain":
        connection.sendall(sized(b"a chain", "Content-Type: Application/Pem-Certificate-Chain; charset=x",
                                 "Cache-Control: public", "Cache-Control: max-age=86400"))
    elif name == "dated":
        connection.sendall(sized(b"x", "Date: Mon, 23 Nov 2026 10:00:00 GMT", "Date: twice", "Age: 7",
                                 "Expires: Tue, 24 Nov 2026 10:00:00 GMT"))
    elif name == "bare":
        connection.sendall(sized(b"bare"))
    elif name == "echo":
        connection.sendall(sized(request, "Set-Cookie: a=b; Secure"))
    elif name == "number":
        connection.sendall(sized(b"%d" % number))
    elif name == "count":
        connection.sendall(sized(b"%d" % connections))
    elif name == "body":
        connection.sendall(sized(b"x" * int(argument)))
    elif name == "chunked":
        connection.sendall(chunked([b"x"] * int(argument)))
    elif name == "trailer":
        connection.sendall(chunked([b"x"], b"T: " + b"t" * int(argument) + b"\r\n"))
    elif name == "header":
        connection.sendall(sized(b"x", "H: " + "h" * int(argument)))
    elif name == "status":
        connection.sendall(head(argument + " SECRET-PHRASE", "Content-Length: 11") + b"SECRET-BODY")
    elif name == "empty":
        connection.sendall(head("204 No Content"))
    elif name == "redirect":
        connection.sendall(head(argument + " Found", "Location: /chain", "Content-Length: 0"))
    elif name == "endless":
        send_for_ever(connection, head("200 OK"), b"x" * 4096)
    elif name == "headers":
        send_for_ever(connection, b"HTTP/1.1 200 OK\r\n", b"H: h\r\n")
    elif name == "continue":
        send_for_ever(connection, b"", head("100 Continue"))
    elif name == "drip":
        send_for_ever(connection, head("200 OK"), b"x", 0.01)
    elif name == "tarpit":
        while connection.recv(4096):
            pass
        return False
    elif name == "truncated":
        connection.sendall(head("200 OK", "Content-Length: 100") + b"short")
        return False
    elif name == "garbage":
        connection.sendall(b"SECRET-GARBAGE\r\n\r\n")
        return False
    elif name == "reset":
        reset(connection)
        return False
    elif name == "hangup":
        return False
    else:
        connection.sendall(head("404 Not Found", "Content-Length: 0"))
    return True


def serve(connection, context, number):
    try:
        connection = context.wrap_socket(connection, server_side=True)
        pending = b""
        while True:
            while b"\r\n\r\n" not in pending:
                got = connection.recv(4096)
                if not got:
                    return
                pending += got
            request, _, pending = pending.partition(b"\r\n\r\n")
            if not answer(connection, request.split(b" ")[1].decode("latin-1"), request, number):
                return
    except OSError:
        pass  # the client went away, or would not shake hands
    finally:
        connection.close()


def serve_plain(connection, _):
    connection.recv(4096)
    connection.sendall(head("400 Bad Request", "Content-Length: 0"))
    connection.close()


def listen(name, target):
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)

    def loop():
        global connections
        while True:
            connection, _ = listener.accept()
            with lock:
                connections += 1
                number = connections
            threading.Thread(target=target, args=(connection, number), daemon=True).start()

    threading.Thread(target=loop, daemon=True).start()
    print("%s=%d" % (name, listener.getsockname()[1]), flush=True)


def tls_context(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def main():
    modern = tls_context(*sys.argv[1:3])
    old = tls_context(*sys.argv[1:3])
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = ssl.TLSVersion.TLSv1
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    held = []
    listen("tls", lambda connection, number: serve(connection, modern, number))
    listen("mute", lambda connection, number: held.append(connection))
    listen("plain", serve_plain)
    listen("old", lambda connection, number: serve(connection, old, number))
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(0.2)


main()
