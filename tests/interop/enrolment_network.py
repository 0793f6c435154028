"""Enrolments of sti-as, one at a time, at sti-pa's HTTPS interface and an ACME server."""

import os
import subprocess

from acme_network import SPC, AcmeTest, free_ports

ENROL = os.path.abspath("tests/interop/enrol")


def write_private(path, text):
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


class EnrolmentTest(AcmeTest):
    """The network's sti-pa has an HTTPS interface and a user for it."""

    @classmethod
    def prepare(cls, network):
        port = network.ports["https"] = free_ports(("https",))["https"]
        network.extra["sti-pa"] += (
            f"https: {{server: {{listen: \"localhost:{port}\", certificate_file: tls/sti-pa.pem, key_file: tls/sti-pa.key}}}}\n")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        added = cls.network.stictl_json("pa", "user", "add", "--provider", "interop", "--user", "kms@interop.example")[1]
        write_private(cls.network.path("pa-password"), added["password"] + "\n")

    def provider(self, acme="", path="api", spc=SPC, organization="Interop Telephone", directory=None, timeout=30):
        """YAML of a provider; `acme`: more members of its ACME section."""
        directory = directory or self.network.acme_url + "directory"
        return (f"name: suite\nspc: \"{spc}\"\norganization: {organization}\nenrolment:\n  retry_seconds: 1\n"
                f"  token_service: {{url: \"https://localhost:{self.network.ports['https']}\", account: interop, path: {path},"
                " user: kms@interop.example, password_file: pa-password, ca_file: tls/ca.pem}\n"
                f"  acme: {{directory: \"{directory}\", ca_file: tls/ca.pem, timeout_seconds: {timeout}, {acme}}}\n")

    def state_of(self, name):
        path = self.network.path("enrol-" + name)
        os.makedirs(path, mode=0o700, exist_ok=True)
        return path

    def enrol(self, name, **options):
        """Exit code and what was said; calls with the same name share a folder."""
        config = self.network.path(f"provider-{name}.yaml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(self.provider(**options))
        done = subprocess.run([ENROL, config, self.state_of(name)], capture_output=True, text=True, timeout=120, check=False)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return done.returncode, done.stdout.strip()

    def assert_enrols(self, name, **options):
        code, said = self.enrol(name, **options)
        self.assertEqual(code, 0, said)
        return said

    def assert_refused(self, name, *texts, **options):
        code, said = self.enrol(name, **options)
        self.assertEqual(code, 1, said)
        for text in texts:
            self.assertIn(text, said)
        return said

    def accounts(self):
        return len(self.network.stictl_json("ca", "account", "list")[1].get("accounts", []))
