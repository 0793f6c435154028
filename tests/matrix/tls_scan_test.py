"""What the ports speak, seen by sslscan: TLS 1.2 and 1.3, with forward secrecy and AEAD, nothing else."""

import os
import socket
import subprocess
import sys
import unittest
import xml.etree.ElementTree

sys.path.insert(0, os.path.abspath("tests/integration"))
sys.path.insert(0, os.path.abspath("tools/story"))
# pylint: disable=wrong-import-position
from network import DAEMONS, free_ports  # noqa: E402
from suite_network import NetworkTest  # noqa: E402

# TLS 1.3 suites, and ECDHE with AEAD: OpenSSL's names.
MODERN = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256",
          "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"}
# At least 128 bits: of the strengths that sslscan tells.
ENOUGH_BITS = 128


def scan(port, tls, who=None):
    command = ["sslscan", "--no-colour", "--show-certificate", "--xml=-"]
    if who:
        command += [f"--certs={tls}/{who}.pem", f"--pk={tls}/{who}.key"]
    done = subprocess.run([*command, f"127.0.0.1:{port}"], capture_output=True, text=True, timeout=280, check=True,
                          stdin=subprocess.DEVNULL)
    found = xml.etree.ElementTree.fromstring(done.stdout).find("ssltest")
    if found is None:
        raise ConnectionError(f"no TLS on port {port}: {done.stdout[-300:]}")
    return found


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class TlsScanTest(NetworkTest):
    @classmethod
    def prepare(cls, network):
        names = ("sti-as rest", "sti-vs rest", "sti-as publication", "sti-pa https", *(f"{name} admin" for name in DAEMONS))
        cls.ports = free_ports(names)

        def https(name, key, more=""):
            return (f"{key}: {{listen: \"127.0.0.1:{cls.ports[name]}\", certificate_file: tls/{name[:6]}.pem, "
                    f"key_file: tls/{name[:6]}.key{more}}}")
        clients = ", client_ca_file: tls/ca.pem"
        port = cls.ports["sti-as publication"]  # of the provider, which the file ends with
        network.extra["sti-as"] = (f"    publication: {{{https('sti-as publication', 'https')}, "
                                   f"public_url: \"https://localhost:{port}\"}}\n")
        for name in DAEMONS:
            network.extra[name] += https(f"{name} admin", "admin_port", clients) + "\n"
        for name in ("sti-as", "sti-vs"):
            network.extra[name] += https(f"{name} rest", "rest", clients) + "\n"
        network.extra["sti-pa"] += f"https: {{{https('sti-pa https', 'server')}}}\n"
        cls.ports = {**cls.ports, **{f"{name} gRPC": network.ports[name] for name in DAEMONS},
                     "sti-ca repository": network.ports["repository"]}

    def findings(self, name, port):
        with self.subTest(port=name):
            result = scan(port, self.network.path("tls"), "sbc")
            enabled = {f"{row.get('type')}v{row.get('version')}" for row in result.findall("protocol") if row.get("enabled") == "1"}
            self.assertEqual(enabled, {"tlsv1.2", "tlsv1.3"})
            ciphers = {(row.get("sslversion"), row.get("cipher")) for row in result.findall("cipher")}
            self.assertEqual({version for version, _ in ciphers}, {"TLSv1.2", "TLSv1.3"}, ciphers)
            self.assertEqual({cipher for _, cipher in ciphers} - MODERN, set())
            self.assertGreaterEqual(min(int(row.get("bits")) for row in result.findall("cipher")), ENOUGH_BITS)
            groups = {row.get("name"): int(row.get("bits")) for row in result.findall("group")}
            self.assertTrue(groups, "no key exchange was seen")
            self.assertGreaterEqual(min(groups.values()), ENOUGH_BITS - 16, groups)  # secp224r1 has 112
            compression = result.find("compression")
            self.assertTrue(compression is None or compression.get("supported") == "0")
            heartbleed = result.findall("heartbleed")
            self.assertFalse([row for row in heartbleed if row.get("vulnerable") != "0"])
            renegotiation = result.find("renegotiation")
            self.assertTrue(renegotiation is None or renegotiation.get("secure") == "1" or renegotiation.get("supported") == "0")

    def test_every_port_of_every_daemon(self):
        self.assertEqual(len(self.ports), 13)
        for name, port in sorted(self.ports.items()):
            self.findings(name, port)

    def test_a_scan_sees_what_is_old(self):
        """The scan itself: an openssl server with TLS 1.2 and a CBC suite is found out."""
        port = free_ports(("old",))["old"]
        tls = self.network.path("tls")
        with subprocess.Popen(["openssl", "s_server", "-quiet", "-accept", f"127.0.0.1:{port}", "-cert", f"{tls}/sti-as.pem", "-key",
                               f"{tls}/sti-as.key", "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0", "-www"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as old:
            try:
                self.network.wait_until(lambda: listens(port), "the openssl server", seconds=60)
                ciphers = {row.get("cipher") for row in scan(port, tls).findall("cipher")}
            finally:
                old.kill()
        self.assertIn("ECDHE-ECDSA-AES128-SHA", ciphers)
        self.assertTrue(ciphers - MODERN)


if __name__ == "__main__":
    unittest.main()
