"""The HTTPS interface of an STI-PA with the bodies of the deployed one (external API specification R1.4): what a client
has to get along with. Standard library only; independent of sti-pa.

usage: pa_stand_in.py CERTIFICATE KEY

Prints "port=PORT" once it listens on 127.0.0.1. GET /log gives what it was asked so far, a line each, and forgets it;
GET /forget ends every session. How a token request ends is in the account's name; how a login does in the user's. It runs until its parent goes away.
"""

import base64
import json
import os
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PASSWORD = "p\"ass\\w\u00f6rd"
TOKEN_ERRORS = {  # account -> status, more headers, body
    "701": (400, {}, {"status": "error", "message": "Invalid atc\nfingerprint", "errorCode": "701"}),
    "403": (403, {}, {"status": "error", "message": "SPC 1234 is not assigned", "errorCode": 403}),
    "404": (404, {}, "<html>nobody here</html>"),
    "429": (429, {"Retry-After": "30"}, {"status": "error", "message": "slow down"}),
    "503": (503, {"Retry-After": "7"}, ""),
    "200-error": (200, {}, {"status": "error", "message": "no token today", "errorCode": "900"}),
    "html": (200, {}, "<html>welcome</html>"),
    "empty": (200, {}, {"status": "success", "message": "done"}),
    "no-jwt": (200, {}, {"status": "success", "token": "not a token"}),
    "401": (401, {}, {"status": "error", "message": "who are you?"}),
}


class State:
    def __init__(self):
        self.lock = threading.Lock()
        self.log = []
        self.number = 0
        self.access, self.refresh = {}, {}  # token -> user

    def note(self, line):
        with self.lock:
            self.log.append(line)

    def session(self, user):
        with self.lock:
            self.number += 1
            access, refresh = f"ACCESS{self.number}", f"REFRESH{self.number}"
            self.access[access], self.refresh[refresh] = user, user
        body = {"status": "success", "message": "Login is successful", "accessToken": access}
        if user != "without-refresh":
            body["refreshToken"] = refresh
        if user.startswith("short"):
            body["expiresIn"] = 1
        return 200, {}, body


STATE = State()


def login(body):
    STATE.note(f"login {body.get('userId')}")
    if body.get("userId") == "away":
        return 502, {}, "bad gateway"
    if body.get("userId") == "useless":
        return 200, {}, {"status": "success"}
    if body.get("password") != PASSWORD:
        return 401, {}, {"status": "error", "message": "Wrong user or password", "errorCode": "401"}
    return STATE.session(body["userId"])


def refresh(body):
    STATE.note(f"refresh {body.get('refreshToken')}")
    user = STATE.refresh.pop(body.get("refreshToken"), None)
    if user is None or user == "short-refused":
        return 401, {}, {"status": "error", "message": "session is over"}
    return STATE.session(user)


def token(path, account, authorization, text):
    STATE.note(f"token {path} {authorization} {text}")
    if authorization not in STATE.access:
        return 401, {}, {"status": "error", "message": "access token is unknown"}
    if account in TOKEN_ERRORS:
        return TOKEN_ERRORS[account]
    jwt = "e30." + base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode() + ".c2ln"
    answer = {"status": "success", "message": "SPC token for spc: 1234 is created successfully",
              "crl": "https://pa.example.net/download/v1/crl"}
    answer["spcToken" if account == "older" else "token"] = jwt
    return 200, {}, answer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):  # pylint: disable=invalid-name
        with STATE.lock:
            lines, STATE.log = STATE.log, []
            if self.path == "/forget":
                STATE.access, STATE.refresh = {}, {}
        self.reply(200, {}, "".join(line + "\n" for line in lines))

    def do_POST(self):  # pylint: disable=invalid-name
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        body = json.loads(text)
        parts = self.path.split("/")
        if self.headers["Content-Type"] != "application/json":
            self.reply(415, {}, "")
        elif self.path == "/api/v1/auth/login":
            self.reply(*login(body))
        elif self.path == "/api/v1/auth/refreshToken":
            self.reply(*refresh(body))
        elif parts[-1] == "token" and parts[-3] == "account":
            self.reply(*token(self.path, parts[-2], self.headers["Authorization"], text))
        else:
            self.reply(404, {}, "")

    def reply(self, status, headers, body):
        octets = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json" if octets.startswith(b"{") else "text/html")
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        pass


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*sys.argv[1:3])
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"port={server.server_address[1]}", flush=True)
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(0.2)


main()
