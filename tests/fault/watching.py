"""What a daemon says about itself, in all places: /readyz and /metrics of its admin port, and `stictl health`."""

import re
import ssl
import urllib.error
import urllib.request

# A repository on a test's port is one that strangers would not ask; sti-as says so.
ODD_PORT = re.compile(r"self-check: x5u_port: [^;\n]*")
SERIES = re.compile(r"(?P<name>[a-zA-Z_:]\w*)(?:\{(?P<labels>.*)\})? (?P<value>\S+)")


def add_admin_port(network, *names):
    """Before the configuration is written; admin ports are for whoever has a certificate of the network."""
    for name in names:
        network.extra[name] += (f"admin_port: {{listen: \"127.0.0.1:0\", certificate_file: tls/{name}.pem, "
                                f"key_file: tls/{name}.key, client_ca_file: tls/ca.pem}}\n")


class Watching:
    """One daemon of a network that runs."""

    def __init__(self, network, name):
        self.network, self.name = network, name
        self.context = ssl.create_default_context(cafile=network.path("tls/ca.pem"))
        self.context.load_cert_chain(network.path("tls/admin.pem"), network.path("tls/admin.key"))

    def port(self):
        """Of its admin port; None before it listens."""
        try:
            with open(self.network.path(f"state/{self.name}.ports"), encoding="ascii") as file:
                return dict(line.strip().split("=") for line in file)["admin"]
        except FileNotFoundError:
            return None

    def get(self, path):
        """Status and text; (0, "") before it listens."""
        port = self.port()
        if port is None:
            return 0, ""
        try:
            with urllib.request.urlopen(f"https://127.0.0.1:{port}{path}", context=self.context, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def metric(self, name, **labels):
        """The sum of the series with these labels; 0 without any, as of a counter that has never counted."""
        wanted = {f'{key}="{value}"' for key, value in labels.items()}
        found = [float(row["value"]) for row in map(SERIES.fullmatch, self.get("/metrics")[1].splitlines())
                 if row and row["name"] == name and wanted <= set((row["labels"] or "").split(","))]
        return sum(found)

    def health(self):
        return self.network.health()[self.name[-2:]]

    def shows_trouble(self, words):
        """Whether it serves, and names this trouble in each of the places; else None."""
        status, text = self.get("/readyz")
        health = self.health()
        return (status == 200 and re.search(f"^trouble: .*(?:{words})", text, re.MULTILINE) is not None
                and health["state"] == "SERVING" and re.search(words, health["lacking"]) is not None
                and self.metric("sti_trouble") > 0 and self.metric("sti_ready") == 1)

    def is_well(self):
        status, text = self.get("/readyz")
        known = len(ODD_PORT.findall(text))
        health = self.health()
        return (status == 200 and text.count("\n") == 1 + known and health["state"] == "SERVING"
                and ODD_PORT.sub("", health["lacking"]) == "" and self.metric("sti_trouble") == known
                and self.metric("sti_lacking") == 0)

    def await_trouble(self, words, seconds=60):
        self.network.wait_until(lambda: self.shows_trouble(words), f"{self.name} to name its trouble ({words})", seconds)

    def await_well(self, seconds=60):
        self.network.wait_until(self.is_well, f"{self.name} to be well", seconds)
