"""The STI-PA's HTTPS interface as its users see it: urllib and ssl of the standard library, python3-cryptography and the
openssl program as judges, and sti-ca for the tokens."""

import base64
import hashlib
import json
import os
import socket
import ssl
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, os.path.abspath("tests/interop"))
# pylint: disable=wrong-import-position
from acme_network import OTHER_SPC, SPC, AcmeTest, b64url, der, fingerprint, make_csr, new_key, tn_auth_list  # noqa: E402
from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import hashes  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec, utils  # noqa: E402
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtensionOID  # noqa: E402
from network import free_ports  # noqa: E402
from raw_acme import RawAcme  # noqa: E402

PADDED = base64.b64encode(tn_auth_list(SPC)).decode()


class Answer:
    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.headers, response.read()

    @property
    def json(self):
        return json.loads(self.body)


class Https:
    """An HTTP client that trusts the CA of the suite's TLS certificates and shows none of its own."""

    def __init__(self, network):
        self.base = f"https://localhost:{network.ports['https']}"
        context = ssl.create_default_context(cafile=network.path("tls/ca.pem"))
        self.opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context))

    def request(self, method, url, body=None, **headers):
        if url.startswith("/"):
            url = self.base + url
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            return Answer(self.opener.open(urllib.request.Request(url, body, headers, method=method), timeout=30))
        except urllib.error.HTTPError as error:
            return Answer(error)

    def get(self, url, **headers):
        return self.request("GET", url, **headers)

    def post(self, url, value, **headers):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return self.request("POST", url, body, **{"Content_Type": "application/json", **headers})

    def login(self, user, password):
        return self.post("/api/v1/auth/login", {"userId": user, "password": password})


def unb64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class PaHttpsTest(AcmeTest):
    """A network whose sti-pa has an HTTPS interface."""
    https_options = ""  # more members of the YAML mapping
    ca_knows_url = False

    @classmethod
    def url_of(cls, network, name):
        """Where the certificate in this file stands."""
        with open(network.path(name), "rb") as file:
            digest = hashlib.sha256(der(x509.load_pem_x509_certificate(file.read()))).hexdigest()
        return f"https://localhost:{network.ports['https']}/download/v1/certificate/{digest}.crt"

    @classmethod
    def prepare(cls, network):
        port = network.ports["https"] = free_ports(("https",))["https"]
        network.extra["sti-pa"] += (
            f"https:\n  server: {{listen: \"localhost:{port}\", certificate_file: tls/sti-pa.pem, key_file: tls/sti-pa.key}}\n"
            f"{cls.https_options}")
        if cls.ca_knows_url:
            network.extra["sti-ca"] += (
                f"token_signers: [{{x5u: \"{cls.url_of(network, 'pa/pa-signer.pem')}\", certificate_file: pa/pa-signer.pem}}]\n")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.https = Https(cls.network)
        cls.network.stictl("pa", "provider", "register", "--id", "rival", "--name", "Rival", "--spc", "9999", "--client", "rival")
        cls.password = cls.add_user("kms@interop.example")

    @classmethod
    def add_user(cls, user, provider="interop"):
        return cls.network.stictl_json("pa", "user", "add", "--provider", provider, "--user", user)[1]["password"]

    def session(self, user="kms@interop.example", password=None):
        answer = self.https.login(user, password or self.password)
        self.assertEqual((answer.status, answer.json["status"]), (200, "success"), answer.body)
        return answer.json

    def assert_error(self, answer, status, code=None):
        self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(answer.headers["Content-Type"], "application/json")
        self.assertEqual((answer.json["status"], answer.json["errorCode"]), ("error", code or str(status)), answer.body)
        self.assertTrue(answer.json["message"])
        return answer.json["message"]

    @classmethod
    def certificate(cls, name):
        with open(cls.network.path(name), "rb") as file:
            return x509.load_pem_x509_certificate(file.read())

    def judge(self, jws):
        """Header and payload of a document that the certificate behind its x5u has signed, with a path to the STI-PA root."""
        header, payload, signature = jws.split(".")
        head = json.loads(unb64url(header))
        published = self.https.get(head["x5u"])
        self.assertEqual(published.headers["Content-Type"], "application/pem-certificate-chain")
        signer, root = x509.load_pem_x509_certificate(published.body), self.certificate("pa/pa-root.pem")
        root.public_key().verify(signer.signature, signer.tbs_certificate_bytes, ec.ECDSA(hashes.SHA256()))
        octets = unb64url(signature)
        both = utils.encode_dss_signature(int.from_bytes(octets[:32], "big"), int.from_bytes(octets[32:], "big"))
        signer.public_key().verify(both, f"{header}.{payload}".encode(), ec.ECDSA(hashes.SHA256()))
        return head, json.loads(unb64url(payload))

    def issue_by_acme(self, acme, token):
        """The certificate that sti-ca gives for this token."""
        order = acme.order(b64url(tn_auth_list(SPC)))
        challenge = acme.answer_challenge(order.json, token)
        self.assertEqual(challenge.json["status"], "valid", challenge.body)
        done = acme.post(order.json["finalize"], {"csr": b64url(der(make_csr(new_key())))})
        self.assertEqual(done.json["status"], "valid", done.body)
        return acme.post(done.json["certificate"]).body

    def new_account(self):
        acme = RawAcme(self.network, new_key())
        self.assertEqual(acme.register().status, 201)
        return acme

    def atc(self, key, **more):
        return {"tktype": "TNAuthList", "tkvalue": PADDED, "ca": False, "fingerprint": fingerprint(key), **more}

    def token(self, acme, access):
        answer = self.https.post("/at/account/interop/token", self.atc(acme.key), Authorization=access)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json["token"]


class DeployedFormTest(PaHttpsTest):
    https_options = "  failed_logins: 3\n"

    def test_from_login_to_certificate(self):
        acme = self.new_account()
        session = self.session()
        self.assertGreaterEqual(len(session["accessToken"]), 43)
        answer = self.https.post(f"/api/v1/account/{SPC}/token", {"atc": self.atc(acme.key)}, Authorization=session["accessToken"])
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.json["message"], f"SPC token for spc: {SPC} is created successfully")
        self.assertEqual(answer.json["crl"], "https://pa.example.net/crl")  # as crl_url says
        head, claims = self.judge(answer.json["token"])
        self.assertEqual((head["alg"], head["typ"], len(head["x5c"])), ("ES256", "JWT", 1))
        self.assertEqual(claims["atc"], {**self.atc(acme.key), "tkvalue": b64url(tn_auth_list(SPC))})
        self.assertLessEqual(abs(claims["exp"] - time.time() - 3600), 60)

        chain = self.issue_by_acme(acme, answer.json["token"])
        leaf = x509.load_pem_x509_certificate(chain)
        self.assertIn(tn_auth_list(SPC), [extension.value.value for extension in leaf.extensions
                                          if isinstance(extension.value, x509.UnrecognizedExtension)])
        log = self.network.stictl_json("pa", "token", "list")[1]["tokens"]
        self.assertIn(claims["jti"], [token["jti"] for token in log])

    def test_forms_spellings_and_accounts(self):
        access = self.session()["accessToken"]
        key, raw = new_key(), tn_auth_list(SPC)
        for path in ("/at/account/interop/token", "/sti-pa/account/interop/token", f"/at/account/{SPC}/token",
                     f"/at/account/{OTHER_SPC}/token"):
            for authorization in (access, f"Bearer {access}"):
                for body in (self.atc(key), {"atc": self.atc(key, tktype="TnAuthList")}):
                    answer = self.https.post(path, body, Authorization=authorization)
                    self.assertEqual((answer.status, list(answer.json)), (200, ["token"]), answer.body)
        standard, url = base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode()
        for spelling in (standard, standard.rstrip("="), url, url.rstrip("=")):
            answer = self.https.post("/at/account/interop/token", self.atc(key, tkvalue=spelling), Authorization=access)
            self.assertEqual(self.judge(answer.json["token"])[1]["atc"]["tkvalue"], b64url(raw))
        answer = self.https.post("/at/account/interop/token", self.atc(key, ca=True), Authorization=access)
        self.assertIs(self.judge(answer.json["token"])[1]["atc"]["ca"], True)

    def test_refusals(self):
        access = self.session()["accessToken"]
        good, path = self.atc(new_key()), "/api/v1/account/interop/token"
        for authorization in ("", "nonsense", "Bearer", "Basic a21zOng=", access[:-1], access + "A"):
            self.assert_error(self.https.post(path, good, Authorization=authorization), 401)
        self.assertEqual(self.https.post(path, good).headers["WWW-Authenticate"], "Bearer")
        for rfc in ("/at/account/interop/token", "/sti-pa/account/interop/token"):
            self.assert_error(self.https.post(rfc, good), 401)
            for authorization in ("nonsense", access[:-1], access + "A"):
                self.assert_error(self.https.post(rfc, good, Authorization=authorization), 403)
            self.assert_error(self.https.post(rfc.replace("interop", "nobody"), good, Authorization=access), 403)
            self.assert_error(self.https.post(rfc, {**good, "tktype": "x"}, Authorization=access), 400, "701")
        for account in ("rival", "9999", "nobody", "INTEROP"):
            self.assert_error(self.https.post(f"/api/v1/account/{account}/token", good, Authorization=access), 403)
        rivals = {**good, "tkvalue": b64url(tn_auth_list("9999"))}
        self.assertIn("9999", self.assert_error(self.https.post(path, rivals, Authorization=access), 403))
        for wrong in (b"", b"{", b"[]", {}, {"atc": 1}, {**good, "tktype": "x"}, {**good, "tkvalue": "!"},
                      {**good, "tkvalue": b64url(b"abc")}, {**good, "tkvalue": b64url(tn_auth_list(SPC, OTHER_SPC))},
                      {**good, "fingerprint": "SHA256 aa"}, {**good, "ca": "no"}):
            self.assert_error(self.https.post(path, wrong, Authorization=access), 400, "701")
        self.assert_error(self.https.request("POST", path, b"{}", Authorization=access, Content_Type="text/plain"), 415)
        answer = self.https.get(path)
        self.assert_error(answer, 405)
        self.assertEqual(answer.headers["Allow"], "POST")
        self.assert_error(self.https.get("/api/v1/nothing"), 404)
        self.assertEqual(self.https.post(path, b" " * (64 * 1024 + 1), Authorization=access).status, 413)
        self.assertEqual(self.https.get("/download/v1/crl", X_Long="x" * 20000).status, 431)

    def test_replayed_refresh_token_ends_the_session(self):
        first = self.session()
        refresh = lambda token: self.https.post("/api/v1/auth/refreshToken", {"refreshToken": token})  # noqa: E731
        second = refresh(first["refreshToken"])
        self.assertEqual((second.status, second.json["status"]), (200, "success"))
        use = lambda token: self.https.post("/api/v1/account/interop/token", self.atc(new_key()), Authorization=token)  # noqa: E731
        self.assertEqual(use(second.json["accessToken"]).status, 200)
        self.assert_error(use(first["accessToken"]), 401)
        self.assert_error(refresh(first["refreshToken"]), 401)
        self.assert_error(use(second.json["accessToken"]), 401)
        self.assert_error(refresh(second.json["refreshToken"]), 401)
        self.assert_error(refresh("A" * 64), 401)
        self.assert_error(self.https.post("/api/v1/auth/refreshToken", {}), 400)

    def test_failed_logins_lock_known_and_unknown_names_alike(self):
        password = self.add_user("locked")
        for user in ("locked", "nobody"):
            answers = [self.https.login(user, "wrong") for _ in range(4)]
            self.assertEqual([answer.status for answer in answers], [401, 401, 401, 403], user)
        self.assert_error(self.https.login("locked", password), 403)
        self.assertEqual(self.https.login("kms@interop.example", self.password).status, 200)

    def test_removed_user_is_out_at_once(self):
        password = self.add_user("leaver")
        users = [user["user_id"] for user in self.network.stictl_json("pa", "user", "list", "--provider", "interop")[1]["users"]]
        self.assertIn("leaver", users)
        self.assertNotIn(password, json.dumps(self.network.stictl_json("pa", "user", "list")[1]))
        session = self.session("leaver", password)
        would = self.network.stictl("pa", "user", "remove", "leaver")
        self.assertIn("1 of its sessions", would)
        self.assertIn("nothing has been done", would)
        self.assertEqual(self.https.login("leaver", password).status, 200)
        self.network.stictl("pa", "user", "remove", "leaver", "--yes")
        self.assert_error(self.https.post("/at/account/interop/token", {}, Authorization=session["accessToken"]), 403)
        for answer in (self.https.post("/api/v1/account/interop/token", {}, Authorization=session["accessToken"]),
                       self.https.post("/api/v1/auth/refreshToken", {"refreshToken": session["refreshToken"]}),
                       self.https.login("leaver", password)):
            self.assert_error(answer, 401)
        with open(self.network.path("sti-pa.log"), encoding="utf-8") as log:
            text = log.read()
        for secret in (password, self.password, session["accessToken"], session["refreshToken"]):
            self.assertNotIn(secret, text)

    def test_users_are_made_by_operators_only(self):
        done = self.network.stictl_process("pa", "user", "add", "--provider", "interop", "--user", "sneaky", config="sbc.yaml")
        self.assertEqual(done.returncode, 3, done.stderr)
        for wrong in (("--provider", "nobody", "--user", "sneaky"), ("--provider", "interop", "--user", "Sneaky")):
            self.assertEqual(self.network.stictl_process("pa", "user", "add", *wrong).returncode, 3)
        self.assertEqual(self.https.login("sneaky", "x").status, 401)
        shown = self.network.stictl("pa", "user", "add", "--provider", "interop", "--user", "shown")
        password = shown.split("password:")[1].split()[0]
        self.assertEqual(self.https.login("shown", password).status, 200, shown)

    def test_everybody_gets_the_trust_list(self):
        answer = self.https.get("/api/v1/ca-list", Accept="application/jose+json")
        self.assertEqual((answer.status, answer.json["status"]), (200, "success"))
        head, payload = self.judge(answer.json["caList"])
        self.assertEqual((payload["version"], len(payload["trustList"])), ("1.0", 1))
        self.assertEqual(head["x5u"], self.url_of(self.network, "pa/pa-signer.pem"))
        self.assertEqual(self.https.get("/api/v1/ca-list", Accept="application/jose").body.decode(), answer.json["caList"])
        again = self.https.get("/api/v1/ca-list", If_None_Match=answer.headers["ETag"])
        self.assertEqual((again.status, again.body), (304, b""))
        head = self.https.request("HEAD", "/api/v1/ca-list")
        self.assertEqual((head.status, head.body, head.headers["ETag"]), (200, b"", answer.headers["ETag"]))
        self.assertEqual(int(head.headers["Content-Length"]), len(answer.body))
        self.assert_error(self.https.get("/api/v1/number-list"), 404)

    def test_everybody_gets_the_crl_and_what_verifies_it(self):
        pem, other = self.https.get("/download/v1/crl"), self.https.get("/download/v1/crl", Accept="application/pkix-crl")
        self.assertEqual((pem.headers["Content-Type"], other.headers["Content-Type"]),
                         ("application/x-pem-file", "application/pkix-crl"))
        crl = x509.load_pem_x509_crl(pem.body)
        self.assertEqual(der(crl), other.body)
        self.assertEqual(self.https.get("/download/v1/crl.der").body, other.body)
        access = crl.extensions.get_extension_for_oid(ExtensionOID.AUTHORITY_INFORMATION_ACCESS).value
        self.assertEqual(access[0].access_method, AuthorityInformationAccessOID.CA_ISSUERS)
        signer = self.https.get(access[0].access_location.value)
        self.assertIn("immutable", signer.headers["Cache-Control"])
        self.assertEqual(der(x509.load_pem_x509_certificate(signer.body)), der(self.certificate("pa/pa-crl-signer.pem")))
        for name, body in (("got.crl", pem.body), ("got.crt", signer.body)):
            with open(self.network.path(name), "wb") as file:
                file.write(body)
        verified = subprocess.run(["openssl", "crl", "-noout", "-verify", "-in", self.network.path("got.crl"), "-CAfile",
                                   self.network.path("got.crt")], capture_output=True, text=True, check=True)
        self.assertIn("verify OK", verified.stdout + verified.stderr)
        again = self.https.get("/download/v1/crl", If_Modified_Since=pem.headers["Last-Modified"])
        self.assertEqual(again.status, 304)

    def test_rubbish_on_the_wire_harms_nobody(self):
        context = ssl.create_default_context(cafile=self.network.path("tls/ca.pem"))
        for rubbish in (b"\0" * 100, b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n{",
                        b"GET  HTTP/9\r\n\r\n"):
            with socket.create_connection(("localhost", self.network.ports["https"]), timeout=30) as plain:
                with context.wrap_socket(plain, server_hostname="localhost") as tls:
                    tls.sendall(rubbish)
                    self.assertRegex(tls.recv(100), rb"HTTP/1.1 4..|^$")
        self.assertEqual(self.https.get("/api/v1/ca-list").status, 200)


class RotationTest(PaHttpsTest):
    """The signers of tomorrow take over by a restart; what those of today have signed stays good."""
    https_options = "  token_x5u_only: true\n"
    ca_knows_url = True

    def test_signers_are_exchanged_without_a_gap(self):
        network = self.network
        root = ["--root-cert", network.path("pa/pa-root.pem"), "--root-key", network.path("pa/pa-root.key")]
        network.stictl("pa", "ceremony", "signers", "--organization", "Quickstart PA", "--out", network.path("pa2"), *root)
        old_url, new_url = (self.url_of(network, f"{folder}/pa-signer.pem") for folder in ("pa", "pa2"))
        new_crl_url = self.url_of(network, "pa2/pa-crl-signer.pem")

        acme = self.new_account()
        session = self.session()
        old_token = self.token(acme, session["accessToken"])
        head, _ = self.judge(old_token)
        self.assertEqual((head["x5u"], "x5c" in head), (old_url, False))
        self.assert_error(self.https.get(new_url), 404)
        self.issue_by_acme(acme, self.token(acme, session["accessToken"]))  # sti-ca knows the URL from its configuration

        # Ahead of the change, tomorrow's certificates stand beside today's.
        coming = ", ".join(f"{{certificate_file: pa2/{name}.pem}}" for name in ("pa-signer", "pa-crl-signer"))
        self.restart(f"next_signers: [{coming}]\n", "pa")
        for url in (old_url, new_url, new_crl_url):
            self.assertEqual(self.https.get(url).status, 200, url)
        self.assertEqual(self.judge(self.trust_list())[0]["x5u"], old_url)

        leaving = ", ".join(f"{{certificate_file: pa/{name}.pem}}" for name in ("pa-signer", "pa-crl-signer"))
        self.restart(f"next_signers: [{leaving}]\n", "pa2")
        for url in (old_url, new_url, new_crl_url):
            self.assertEqual(self.https.get(url).status, 200, url)
        self.assertEqual(self.judge(self.trust_list())[0]["x5u"], new_url)
        self.issue_by_acme(acme, old_token)

        # The session has outlived both restarts; sti-ca refuses the new URL until it is told of it.
        new_token = self.token(acme, session["accessToken"])
        self.assertEqual(self.judge(new_token)[0]["x5u"], new_url)
        order = acme.order(b64url(tn_auth_list(SPC)))
        refused = acme.answer_challenge(order.json, new_token)
        self.assertEqual(refused.json["status"], "invalid", refused.body)

        # sti-vs takes the list of the new signer: the CA that is withdrawn now is no longer trusted.
        authority = network.stictl_json("pa", "authority", "list")[1]["authorities"][0]["id"]
        network.stictl("pa", "authority", "withdraw", authority, "--yes")
        network.wait_until(lambda: network.stictl_json("vs", "status", config="sbc.yaml")[1]["anchors"] == 0,
                           "sti-vs to take the new signer's list")

    def trust_list(self):
        return self.https.get("/api/v1/ca-list").json["caList"]

    def restart(self, lines, folder):
        """sti-pa with these further lines and the signers in `folder`."""
        network = self.network
        self.assertEqual(network.stop("sti-pa"), 0)
        text = network.configuration()["sti-pa.yaml"]
        for name in ("pa-signer", "pa-crl-signer"):
            text = text.replace(f" pa/{name}.", f" {folder}/{name}.")
        with open(network.path("sti-pa.yaml"), "w", encoding="utf-8") as file:
            file.write(text + lines)
        network.start("sti-pa")
        network.wait_until(lambda: network.serving("pa"), "sti-pa to serve again")


if __name__ == "__main__":
    unittest.main()
