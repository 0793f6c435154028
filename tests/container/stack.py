"""deploy/docker-compose.yml as its user runs it: images of the programs that Bazel has built, one project a suite."""

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest

sys.path[:0] = [os.path.abspath(folder) for folder in ("tools/story", "tests/integration", "tests/container")]
# pylint: disable=wrong-import-position
from engine import DOCKER, why_no_compose  # noqa: E402
from network import Network, free_ports  # noqa: E402
from suite_network import BINARIES  # noqa: E402

REASON = why_no_compose()
# Network's name of a port -> the setting of docker-compose.yml.
PORTS = {"sti-as": "STI_AS_PORT", "sti-vs": "STI_VS_PORT", "sti-ca": "STI_CA_PORT", "sti-pa": "STI_PA_PORT",
         "repository": "STI_REPOSITORY_PORT", "as-rest": "STI_AS_REST_PORT", "vs-rest": "STI_VS_REST_PORT",
         "pa-https": "STI_PA_HTTPS_PORT", "sti-as-admin": "STI_AS_ADMIN_PORT", "sti-vs-admin": "STI_VS_ADMIN_PORT",
         "sti-ca-admin": "STI_CA_ADMIN_PORT", "sti-pa-admin": "STI_PA_ADMIN_PORT", "sti-as-2": "STI_AS_2_PORT",
         "sti-vs-2": "STI_VS_2_PORT", "sti-ca-2": "STI_CA_2_PORT", "sti-pa-2": "STI_PA_2_PORT",
         "prometheus": "STI_PROMETHEUS_PORT"}
# Pulled from a registry elsewhere, built from Debian's packages here: image -> Dockerfile.
STAND_INS = {"postgres:15": "postgres", "redis:7.0": "redis", "prom/prometheus:v2.42.0": "prometheus"}


class Stack(Network):
    """The containers of one project. To be closed."""

    def __init__(self, profiles=()):
        self.folder = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
        super().__init__(os.path.join(self.folder, "state"), BINARIES, free_ports(tuple(PORTS)), four_eyes=True)
        self.project = f"sti-test-{os.getpid()}"
        self.context = os.path.join(self.folder, "context")
        shutil.copytree("deploy", os.path.join(self.context, "deploy"))  # follows the links of Bazel's runfiles
        shutil.copy("tests/container/test.override.yml", self.context)
        self.environment = {**os.environ, "DOCKER_BUILDKIT": "1", "HOME": self.folder, "STI_VERSION": self.project,
                            "STI_BINARIES": f"stir-shaken/binaries:{self.project}", "STI_CLIENTS": "attacker",
                            "STI_HOSTS": "host.docker.internal", "STI_HEALTH_INTERVAL": "2s",
                            **{setting: str(self.ports[name]) for name, setting in PORTS.items()}}
        self.base = [DOCKER, "compose", "-p", self.project, "-f", f"{self.context}/deploy/docker-compose.yml", "-f",
                     f"{self.context}/test.override.yml", *(word for name in profiles for word in ("--profile", name))]
        self.started = time.monotonic()

    def tell(self, what):
        print(f"[{time.monotonic() - self.started:6.1f} s] {what}", file=sys.stderr, flush=True)

    def run(self, *command, check=True, seconds=240, binary=False):
        done = subprocess.run(command, capture_output=True, text=not binary, stdin=subprocess.DEVNULL, timeout=seconds,
                              env=self.environment, check=False)
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-6000:]}")
        return done

    def wait_until(self, condition, what, seconds=180):
        super().wait_until(condition, what, seconds)

    def docker(self, *arguments, **options):
        return self.run(DOCKER, *arguments, **options)

    def compose(self, *arguments, **options):
        return self.run(*self.base, *arguments, **options)

    def build(self, stand_ins=()):
        programs = os.path.join(self.folder, "programs")
        os.mkdir(programs)
        for name, program in BINARIES.items():
            self.run("strip", "--strip-unneeded", "-o", f"{programs}/{name}", program)
            os.chmod(f"{programs}/{name}", 0o755)
        images = os.path.abspath("tests/container/images")
        shutil.copytree(images, f"{self.folder}/images")
        self.docker("build", "-q", "-f", f"{self.folder}/images/binaries.Dockerfile", "-t", self.environment["STI_BINARIES"], programs)
        self.tell("programs are in an image")
        for image in stand_ins:
            self.docker("build", "-q", "-f", f"{self.folder}/images/{STAND_INS[image]}.Dockerfile", "-t", image, f"{self.folder}/images",
                        seconds=600)
            self.tell(f"built {image}")
        self.compose("build", "-q", seconds=900)
        self.tell("built the images of the suite")

    def fetch_clients(self):
        """The keys of clients, as the user outside gets them, and configuration of stictl with the published ports."""
        archive = self.compose("run", "--rm", "-T", "--no-deps", "--entrypoint", "tar", "stictl", "-C", "/etc/stictl", "-c", ".",
                               binary=True).stdout
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(self.state)
        os.makedirs(self.path("ca"), exist_ok=True)
        shutil.copy(self.path("root.pem"), self.path("ca/root.pem"))
        self.write_configuration()

    def configuration(self):
        return {name: text for name, text in super().configuration().items()
                if name in ("stictl.yaml", "approver.yaml", "sbc.yaml")}

    def attackers_place(self):
        """On this machine, at an address that containers reach."""
        bridge = json.loads(self.docker("network", "inspect", "bridge").stdout)[0]
        return bridge["IPAM"]["Config"][0].get("Gateway", "172.17.0.1"), 8443, "host.docker.internal"

    def container(self, service):
        return f"{self.project}-{service}-1"

    def inspect(self, service):
        return json.loads(self.docker("inspect", self.container(service)).stdout)[0]

    def inside(self, service, script, check=True):
        return self.docker("exec", self.container(service), "sh", "-c", script, check=check)

    def healthy(self, *services):
        return all(self.inspect(service)["State"].get("Health", {}).get("Status") == "healthy" for service in services)

    def disconnect(self, service):
        self.docker("network", "disconnect", f"{self.project}_calls", self.container(service))

    def connect(self, service):
        self.docker("network", "connect", "--alias", service, f"{self.project}_calls", self.container(service))

    def close(self):
        self.run(*self.base, "--profile", "*", "down", "--volumes", "--remove-orphans", "--timeout", "5", check=False)
        # Compose labels what it builds; services that share an image leave one each.
        made = self.docker("image", "ls", "--all", "--quiet", "--no-trunc", "--filter", f"label=com.docker.compose.project={self.project}",
                           check=False).stdout.split()
        self.docker("rmi", "-f", self.environment["STI_BINARIES"], *sorted(set(made)), check=False)
        self.tell("taken down")
        shutil.rmtree(self.folder, ignore_errors=True)


@unittest.skipIf(REASON, REASON)
class StackTest(unittest.TestCase):
    """A class of tests over one project, in the order of their names."""

    PROFILES, STAND_INS = (), ()

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(cls.PROFILES)
        cls.addClassCleanup(cls.stack.close)
        cls.stack.build(cls.STAND_INS)
        try:
            cls.bring_up()
        except AssertionError as error:
            raise AssertionError(f"{error}\n{cls.stack.compose('logs', '--tail', '20', check=False).stdout[-6000:]}") from None
        cls.stack.tell("up")

    @classmethod
    def bring_up(cls):
        cls.stack.compose("up", "-d", "--wait")
        cls.stack.fetch_clients()

    def setUp(self):
        self.stack.tell(self.id().rpartition(".")[2])

    def sign(self):
        arguments = ["call", "sign", "--orig", "12155550121", "--dest", "12155550131", "--attest", "A"]
        return self.stack.stictl_json(*arguments, config="sbc.yaml")[1]["identity"]

    def assert_call_passes(self):
        arguments = ["call", "verify", "--from", "12155550121", "--to", "12155550131", "--identity", self.sign()]
        verdict = self.stack.stictl_json(*arguments, config="sbc.yaml")[1]
        self.assertEqual((verdict["verstat"], verdict["attestation"]), ("TN-Validation-Passed", "A"), verdict)
