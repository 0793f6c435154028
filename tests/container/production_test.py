"""The overlay for production: an operator's own certificates, PA and CA; nothing is generated, keys come as secrets."""

import os
import re
import shutil
import sys
import unittest

sys.path.insert(0, os.path.abspath("tests/container"))
# pylint: disable=wrong-import-position
from stack import StackTest  # noqa: E402
from network import DAEMONS  # noqa: E402  (tools/story)
import story  # noqa: E402

# What a configuration of development names -> the secret of docker-compose.production.yml.
SECRETS = {"sti-pa": {"tls/sti-pa.key": "sti-pa-tls.key", "pa-signer.key": "pa-signer.key", "pa-crl-signer.key": "pa-crl-signer.key"},
           "sti-ca": {"tls/sti-ca.key": "sti-ca-tls.key", "repository.key": "repository.key", "issuing.key": "issuing.key"},
           "sti-as": {"tls/sti-as.key": "sti-as-tls.key"},
           "sti-vs": {"tls/sti-vs.key": "sti-vs-tls.key"}}
PUBLIC = {"sti-pa": ("pa/pa-root.pem", "pa/pa-signer.pem", "pa/pa-crl-signer.pem", "ca/issuing.pem"),
          "sti-ca": ("pa/pa-root.pem", "pa/pa-crl-signer.pem", "ca/root.pem", "ca/issuing.pem"), "sti-as": ("pa/pa-root.pem",),
          "sti-vs": ("pa/pa-root.pem",)}
NOFILE = 3000


class TlsAuthority:
    """An operator's CA for TLS, of the openssl program. The first name of a certificate is its identity."""

    def __init__(self, run, folder):
        self.run, self.folder = run, folder
        os.makedirs(folder)
        self.openssl("req", "-x509", *self.new_key("ca"), "-subj", "/CN=Operator TLS", "-days", "30", "-out", "ca.pem",
                     "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def openssl(self, *arguments):
        self.run("env", "-C", self.folder, "openssl", *arguments)

    @staticmethod
    def new_key(name):
        return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key")

    def issue(self, name, file=None):
        file = file or name
        with open(os.path.join(self.folder, "extensions"), "w", encoding="utf-8") as text:
            text.write(f"subjectAltName=DNS:{name},DNS:localhost,IP:127.0.0.1\nbasicConstraints=critical,CA:FALSE\n"
                       "keyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth,clientAuth\n"
                       "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n")
        self.openssl("req", "-new", *self.new_key(file), "-subj", f"/CN={name}", "-out", f"{file}.csr")
        self.openssl("x509", "-req", "-in", f"{file}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "20",
                     "-extfile", "extensions", "-out", f"{file}.pem")


class ProductionTest(StackTest):
    @classmethod
    def bring_up(cls):
        stack = cls.stack
        stack.production = os.path.join(stack.folder, "production")
        # An engine that may not raise limits itself starts no container that asks for more than it has.
        stack.environment.update(STI_PRODUCTION=stack.production, STI_NOFILE=str(NOFILE))
        position = stack.base.index("-f") + 2
        stack.base[position:position] = ["-f", f"{stack.context}/deploy/docker-compose.production.yml"]
        cls.make_keys()
        # An authority has nothing of a carrier, nor the other way round.
        for daemons in (("sti-pa", "sti-ca"), ("sti-as", "sti-vs")):
            for daemon in daemons:
                cls.put(daemon)
            stack.compose("up", "-d", *daemons)
        stack.write_configuration()

    @classmethod
    def make_keys(cls):
        stack = cls.stack
        os.makedirs(stack.state)
        authority = TlsAuthority(stack.run, stack.path("tls"))
        for name in (*DAEMONS, "admin", "approver", "sbc"):
            authority.issue(name)
        authority.issue("sti-ca", "repository")
        stack.stictl("pa", "ceremony", "root", "--organization", "Operator", "--out", stack.path("pa"))
        stack.stictl("pa", "ceremony", "signers", "--organization", "Operator", "--out", stack.path("pa"), "--root-cert",
                     stack.path("pa/pa-root.pem"), "--root-key", stack.path("pa/pa-root.key"))
        stack.stictl("ca", "ceremony", "root", "--organization", "Operator", "--out", stack.path("ca"))
        stack.stictl("ca", "ceremony", "issuing", "--organization", "Operator", "--out", stack.path("ca"), "--root-cert",
                     stack.path("ca/root.pem"), "--root-key", stack.path("ca/root.key"), "--crl-url",
                     "https://sti-pa:8444/download/v1/crl", "--crl-issuer", stack.path("pa/pa-crl-signer.pem"))

    @classmethod
    def put(cls, daemon):
        """production/DAEMON and its part of production/secrets, as docs/operations.md tells an operator."""
        stack, folder = cls.stack, os.path.join(cls.stack.production, daemon)
        secrets = os.path.join(stack.production, "secrets")
        os.makedirs(os.path.join(folder, "tls"))
        os.makedirs(secrets, exist_ok=True)
        for name in ("ca", daemon):
            shutil.copy(stack.path(f"tls/{name}.pem"), f"{folder}/tls")
        for name in PUBLIC[daemon]:
            shutil.copy(stack.path(name), folder)
        if daemon == "sti-ca":
            shutil.copy(stack.path("tls/repository.pem"), f"{folder}/tls")
        for name in ("health.yaml", f"{daemon}.yaml"):
            with open(f"deploy/container/dev/{daemon}/{name}", encoding="utf-8") as file:
                text = file.read()
            if daemon == "sti-ca":  # its repository has a certificate of its own
                text = re.sub(r"(8443\", )certificate_file: tls/sti-ca.pem, key_file: tls/sti-ca.key",
                              r"\1certificate_file: tls/repository.pem, key_file: repository.key", text)
            for old, new in SECRETS[daemon].items():
                text = re.sub(rf"(key_file: ){re.escape(old)}\b", rf"\1/run/secrets/{new}", text)
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        for old, new in SECRETS[daemon].items():
            source = {"sti-pa": "pa", "sti-ca": "ca"}.get(daemon) if "/" not in old and old != "repository.key" else "tls"
            stack.run("install", "-o", "10001", "-g", "10001", "-m", "0600", stack.path(source, os.path.basename(old)),
                      f"{secrets}/{new}")

    def test_1_a_call_passes_between_an_operators_own_daemons(self):
        stage = story.Stage(colored=False)
        self.stack.wait_until(self.stack.answering, "the daemons to answer")
        story.expect(self.stack.stictl_json("pa", "provider", "list")[1]["providers"] == [], "somebody has registered a provider")
        self.stack.register_provider("development", "Operator Telephone", "1234", "sti-as")
        self.stack.approve_authority("Operator CA")
        self.stack.wait_until(self.stack.ready, "sti-as to have a certificate")
        story.place_call(stage, self.stack)
        self.stack.wait_until(lambda: self.stack.healthy(*DAEMONS), "every health check to pass")

    def test_2_nothing_runs_but_the_daemons(self):
        running = self.stack.compose("--profile", "*", "ps", "--all", "--services").stdout.split()
        self.assertEqual(sorted(running), sorted(DAEMONS))
        for daemon in DAEMONS:
            self.assertEqual(self.stack.inside(daemon, "ulimit -n").stdout.strip(), str(NOFILE))

    def test_3_keys_are_secrets_and_each_daemon_sees_its_own(self):
        for daemon in DAEMONS:
            with self.subTest(daemon):
                self.assertEqual(self.stack.inside(daemon, "ls /run/secrets").stdout.split(), sorted(SECRETS[daemon].values()))
                self.assertEqual(self.stack.inside(daemon, f"find /etc/{daemon} -name '*.key'").stdout, "")
                self.assertEqual(set(self.stack.inside(daemon, "stat -c '%u:%g %a' /run/secrets/*").stdout.splitlines()),
                                 {"10001:10001 600"})
                written = self.stack.inside(daemon, f"for d in / /etc/{daemon} /run/secrets; do (echo x > $d/tried) 2>/dev/null && "
                                                    "echo $d; done; (: >> /run/secrets/" + next(iter(SECRETS[daemon].values()))
                                            + ") 2>/dev/null && echo a key; true")
                self.assertEqual(written.stdout, "")

    def test_4_it_starts_again_by_itself_with_what_it_had(self):
        for daemon in DAEMONS:
            self.assertEqual(self.stack.inspect(daemon)["HostConfig"]["RestartPolicy"]["Name"], "always")
        before = self.stack.stictl_json("ca", "list")[1]["certificates"]
        # A crash. What `docker kill` kills is not started again.
        process = self.stack.inspect("sti-as")["State"]["Pid"]
        self.stack.docker("run", "--rm", "--pid", "host", "--user", "0", "--entrypoint", "sh",
                          f"stir-shaken/sti-as:{self.stack.project}", "-c", f"kill -KILL {process}")
        self.stack.wait_until(lambda: self.stack.inspect("sti-as")["RestartCount"] == 1, "Docker to start it again")
        self.stack.wait_until(lambda: self.stack.answering() and self.stack.ready(), "everything to serve again")
        self.assertEqual(self.stack.stictl_json("ca", "list")[1]["certificates"], before)
        self.assert_call_passes()

    def test_5_a_key_that_others_may_read_is_refused(self):
        self.stack.run("chmod", "0644", f"{self.stack.production}/secrets/sti-vs-tls.key")
        try:
            done = self.stack.compose("run", "--rm", "-T", "--no-deps", "sti-vs", "--config", "/etc/sti-vs/sti-vs.yaml", "--check_config",
                                      check=False)
        finally:
            self.stack.run("chmod", "0600", f"{self.stack.production}/secrets/sti-vs-tls.key")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("others than the owner have rights to the private key /run/secrets/sti-vs-tls.key", done.stdout + done.stderr)

    def test_6_a_version_must_be_named(self):
        self.stack.environment["STI_VERSION"] = ""
        try:
            done = self.stack.compose("config", check=False)
        finally:
            self.stack.environment["STI_VERSION"] = self.stack.project
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("which version", done.stderr)


if __name__ == "__main__":
    unittest.main()
