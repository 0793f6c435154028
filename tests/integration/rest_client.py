"""REST clients that share no code with the suite: curl and Python's http.client."""

import http.client
import json
import os
import ssl
import subprocess

JSON = "application/json"


def service(message_id, text, *variables):
    """The error body of ATIS-1000082, octet for octet."""
    kind = "policyException" if message_id.startswith("POL") else "serviceException"
    return json.dumps({"requestError": {kind: {"messageId": message_id, "text": "Error: " + text,
                                               "variables": list(variables)}}}, separators=(",", ":"))


def missing(name):
    return service("SVC4001", "Missing mandatory parameter '%1'", name)


def make_keys(network, file_name, names):
    """API keys by name; the file is for api_keys_file."""
    made = {name: json.loads(network.stictl("--output", "json", "api-key", name)) for name in names}
    with open(os.open(network.path(file_name), os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
        file.write("# REST clients\n" + "".join(f"{key['line']}\n" for key in made.values()))
    return {name: key["key"] for name, key in made.items()}


def rest_port(network, daemon):
    with open(network.path(f"state/{daemon}.ports"), encoding="ascii") as file:
        return int(dict(line.strip().split("=") for line in file)["rest"])


class RestClient:
    """For a test class with `network`, the REST server's `port`, and the `PATH` that is asked unless told otherwise."""

    def context(self, client=None):
        context = ssl.create_default_context(cafile=self.network.path("tls/ca.pem"))
        if client:
            context.load_cert_chain(self.network.path(f"tls/{client}.pem"), self.network.path(f"tls/{client}.key"))
        return context

    def connection(self, client="sbc"):
        return http.client.HTTPSConnection("127.0.0.1", self.port, context=self.context(client), timeout=20)

    def ask(self, body, method="POST", path=None, headers=None, client="sbc", connection=None):
        """Status, headers and text. `headers` replace the usual ones; None leaves one out."""
        own = connection is None
        connection = connection or self.connection(client)
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        body = body.encode() if isinstance(body, str) else body
        fields = {"Content-Type": JSON, "Accept": JSON, "Content-Length": str(len(body or b"")), **(headers or {})}
        connection.putrequest(method, path or self.PATH, skip_accept_encoding=True)
        for name, value in fields.items():
            if value is not None:
                connection.putheader(name, value)
        connection.endheaders(body or None)
        answer = connection.getresponse()
        text = answer.read().decode()
        self.assertEqual(answer.headers["Content-Type"], JSON, text)
        self.assertTrue(answer.headers["X-RequestID"])
        if own:
            connection.close()
        return answer.status, answer.headers, text

    def curl(self, body, *more, path=None):
        command = ["curl", "-sS", "-i", "--max-time", "20", "--cacert", self.network.path("tls/ca.pem"), "-H",
                   "Content-Type: application/json", "--data-binary", body, *more,
                   f"https://127.0.0.1:{self.port}{path or self.PATH}"]
        done = subprocess.run(command, capture_output=True, timeout=30, check=False)
        return done.returncode, done.stdout.decode()
