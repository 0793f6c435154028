"""An ACME client that can misbehave in every detail: JWS by python3-cryptography, HTTP by the standard library."""

import hmac
import http.client
import json
import ssl

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from acme_network import b64url, jwk_of

URN = "urn:ietf:params:acme:error:"


class Answer:
    """Status, headers (names in lower case; Link as a list) and body."""

    def __init__(self, response):
        self.status = response.status
        self.links = [value for name, value in response.getheaders() if name.lower() == "link"]
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def problem(self):
        """The error type without its URN; asserts that this is a problem document."""
        assert self.headers["content-type"] == "application/problem+json", (self.status, self.headers, self.body)
        kind = self.json["type"]
        assert kind.startswith(URN), kind
        assert self.json["status"] == self.status, self.body
        return kind[len(URN):]


def es256(key, text):
    r, s = utils.decode_dss_signature(key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def hs256(key, text):
    return hmac.new(key, text.encode(), "sha256").digest()


def flattened(header, payload, sign):
    protected = b64url(json.dumps(header).encode())
    body = "" if payload is None else b64url(payload if isinstance(payload, bytes) else json.dumps(payload).encode())
    return {"protected": protected, "payload": body, "signature": b64url(sign(f"{protected}.{body}"))}


class RawAcme:
    def __init__(self, network, key, port=None):
        """`port`: where the server listens, when that is not in its URL, as behind a balancer."""
        self.network = network
        self.key = key
        self.port = port or network.acme_port
        self.kid = None
        self.context = ssl.create_default_context(cafile=network.path("tls", "ca.pem"))
        self.directory = self.http("GET", network.acme_url + "directory").json

    def http(self, method, url, body=None, headers=None):
        base = self.network.acme_url[:-len("/acme/")]
        connection = http.client.HTTPSConnection("localhost", self.port, context=self.context, timeout=30)
        try:
            connection.request(method, url[len(base):], body, headers or {})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def nonce(self):
        return self.http("HEAD", self.directory["newNonce"]).headers["replay-nonce"]

    def header(self, url, with_jwk=False):
        identity = {"jwk": jwk_of(self.key)} if with_jwk or not self.kid else {"kid": self.kid}
        return {"alg": "ES256", "nonce": self.nonce(), "url": url, **identity}

    def send(self, url, jws, content_type="application/jose+json"):
        body = jws if isinstance(jws, (str, bytes)) else json.dumps(jws)
        return self.http("POST", url, body, {"Content-Type": content_type})

    def post(self, url, payload=None, key=None, change=None, with_jwk=False, sign=None):
        """`change` alters the protected header: members that are None are left out. `payload` None is POST-as-GET."""
        header = {**self.header(url, with_jwk), **(change or {})}
        header = {name: value for name, value in header.items() if value is not None}
        return self.send(url, flattened(header, payload, sign or (lambda text: es256(key or self.key, text))))

    # --- the steps of an order

    def register(self, **fields):
        answer = self.post(self.directory["newAccount"], fields, with_jwk=True)
        if answer.status in (200, 201):
            self.kid = answer.headers["location"]
        return answer

    def order(self, value, **fields):
        return self.post(self.directory["newOrder"], {"identifiers": [{"type": "TNAuthList", "value": value}], **fields})

    def challenge_url(self, order):
        return self.post(order["authorizations"][0]).json["challenges"][0]["url"]

    def answer_challenge(self, order, token):
        return self.post(self.challenge_url(order), {"tkauth": token})
