"""The packages of the suite, built from the programs under test, and a configuration for them. Standard library only."""

import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.abspath("tools/story"))
# pylint: disable=wrong-import-position
from network import DAEMONS, SHORT, Network  # noqa: E402

PACKAGES = (*DAEMONS, "stictl")
BINARIES = {name: os.path.abspath(f"services/{name.removeprefix('sti-')}/{name}") for name in PACKAGES}
HOME = "/etc/stir-shaken"
# Keys that a daemon needs beside that of its TLS.
KEYS = {"sti-pa": ["pa/pa-signer.key", "pa/pa-crl-signer.key"], "sti-ca": ["ca/issuing.key"]}


def build(folder, revision="1"):
    """Package -> file."""
    environment = {**os.environ, "DEBFULLNAME": "Test of packages", "DEBEMAIL": "packages@debian.org"}
    done = subprocess.run(["deploy/debian/build", "--binaries", os.path.abspath(os.curdir), "--out", folder, "--revision", revision],
                          capture_output=True, text=True, check=False, env=environment)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return {os.path.basename(line).partition("_")[0]: line for line in done.stdout.splitlines()}


def make_configuration(folder):
    """dev-pki, ceremonies and configuration of a network on one machine, as an administrator would have them in HOME."""
    network = Network(folder, BINARIES)
    network.make_keys()
    for name, text in network.configuration().items():
        text = re.sub(r"(?m)^port_file: .*\n", "", text)
        text = re.sub(r"(?m)^state_dir: state/(.*)$", r"state_dir: /var/lib/\1", text)
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    return network


def put_configuration(container, folder, daemons):
    """Into HOME of the container; each daemon owns its keys, the administrator the rest."""
    container.copy(os.path.join(folder, "."), HOME)
    container.shell(f"chown -R root:root {HOME} && chmod 755 {HOME} {HOME}/*/")
    for daemon in daemons:
        keys = " ".join(f"{HOME}/{key}" for key in [f"tls/{daemon}.key", *KEYS.get(daemon, [])])
        container.shell(f"chown {daemon}: {keys}")


__all__ = ["BINARIES", "DAEMONS", "HOME", "PACKAGES", "SHORT", "build", "make_configuration", "put_configuration"]
