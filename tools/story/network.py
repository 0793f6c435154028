"""A STIR/SHAKEN network on loopback: keys, certificates, configuration and four daemons. Standard library only.

Used by tools/quickstart and by the process suite in tests/integration.
"""

import json
import os
import signal
import socket
import subprocess
import time

DAEMONS = ("sti-pa", "sti-ca", "sti-as", "sti-vs")
DEFAULT_PORTS = {"sti-as": 7001, "sti-vs": 7002, "sti-ca": 7003, "sti-pa": 7004, "repository": 8443}
CLIENTS = ("admin", "approver", "sbc", "attacker")
SHORT = {"pa": "sti-pa", "ca": "sti-ca", "as": "sti-as", "vs": "sti-vs"}


class NetworkError(Exception):
    """What went wrong, for a person."""


def port_owner_hint(port):
    return f"see who has it: ss -ltnp 'sport = :{port}'"


def check_ports_free(ports):
    for name, port in ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                raise NetworkError(f"port {port} for {name} is already in use; {port_owner_hint(port)}") from None


def free_ports(names=tuple(DEFAULT_PORTS)):
    """Ports that the kernel has just handed out."""
    sockets = {name: socket.socket() for name in names}
    for held in sockets.values():
        held.bind(("127.0.0.1", 0))
    ports = {name: held.getsockname()[1] for name, held in sockets.items()}
    for held in sockets.values():
        held.close()
    return ports


def short_lived_environment():
    """For programs that end right after an RPC: gRPC lets go of TLS objects on threads of its own, for which they do not
    wait, and the leak checker of a sanitizer build would count those. Daemons are checked."""
    environment = dict(os.environ)
    if "ASAN_OPTIONS" in environment:
        environment["ASAN_OPTIONS"] += ":detect_leaks=0"
    return environment


class Network:
    """Files under `state`, programs in `binaries` (name -> path). Not thread-safe."""

    def __init__(self, state, binaries, ports=None, spc="1234", others=(), four_eyes=False):
        """`others`: names of further sti-as, which add_provider starts. `four_eyes`: what the admin asks sti-pa for waits
        for the approver, who has a client certificate of their own; register_provider and approve_authority play both."""
        self.state = os.path.abspath(state)
        self.binaries = binaries
        self.others = tuple(others)
        self.ports = dict(ports or DEFAULT_PORTS)
        self.spc = spc
        self.four_eyes = four_eyes
        self.processes = {}
        self.more_profiles = ""  # of sti-vs, each with a comma before it
        # YAML lines appended to a daemon's configuration; that of sti-as ends within its `providers`.
        self.extra = {name: "" for name in DAEMONS}

    def path(self, *parts):
        return os.path.join(self.state, *parts)

    # --- stictl

    def stictl_process(self, *arguments, config="stictl.yaml"):
        command = [self.binaries["stictl"], "--config", self.path(config), *arguments]
        return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60, check=False,
                              env=short_lived_environment())

    def stictl(self, *arguments, config="stictl.yaml"):
        done = self.stictl_process(*arguments, config=config)
        if done.returncode != 0:
            raise NetworkError(f"stictl {' '.join(arguments[:3])} failed: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def stictl_json(self, *arguments, config="stictl.yaml"):
        """Exit code and parsed output; a verdict other than passed (exit code 1) is no error."""
        done = self.stictl_process("--output", "json", *arguments, config=config)
        if done.returncode not in (0, 1):
            raise NetworkError(f"stictl {' '.join(arguments[:3])} failed: {done.stderr.strip()}")
        return done.returncode, json.loads(done.stdout)

    def link_programs(self):
        """bin/, so that a person finds the programs beside their configuration."""
        os.makedirs(self.path("bin"), mode=0o700, exist_ok=True)
        for name, program in self.binaries.items():
            os.symlink(program, self.path("bin", name))

    # --- keys and configuration

    def make_keys(self, organization="Quickstart"):
        os.makedirs(self.state, mode=0o700, exist_ok=True)
        names = [word for name in (*DAEMONS, *CLIENTS, *self.others) for word in ("--name", name)]
        addresses = [word for ip in ("127.0.0.1", "127.0.0.2", "::1") for word in ("--ip", ip)]
        self.stictl("dev-pki", "--out", self.path("tls"), *names, *addresses)
        self.stictl("pa", "ceremony", "root", "--organization", f"{organization} PA", "--out", self.path("pa"))
        root = ["--root-cert", self.path("pa/pa-root.pem"), "--root-key", self.path("pa/pa-root.key")]
        self.stictl("pa", "ceremony", "signers", "--organization", f"{organization} PA", "--out", self.path("pa"), *root)
        self.stictl("ca", "ceremony", "root", "--organization", f"{organization} CA", "--out", self.path("ca"))
        root = ["--root-cert", self.path("ca/root.pem"), "--root-key", self.path("ca/root.key")]
        crl = ["--crl-url", "https://pa.example.net/crl", "--crl-issuer", self.path("pa/pa-crl-signer.pem")]
        self.stictl("ca", "ceremony", "issuing", "--organization", f"{organization} CA", "--out", self.path("ca"), *root, *crl)

    def _tls(self, name):
        return (f"tls: {{certificate_file: tls/{name}.pem, key_file: tls/{name}.key, ca_file: tls/ca.pem}}")

    def _server(self, name):
        return (f"grpc:\n  listen: 127.0.0.1:{self.ports[name]}\n  {self._tls(name)}\n"
                f"state_dir: state/{name}\nport_file: state/{name}.ports\n")

    def _peer(self, key, name, own):
        return f"{key}:\n  target: 127.0.0.1:{self.ports[name]}\n  {self._tls(own)}\n"

    def provider(self, name, spc, organization, own, client="sbc"):
        """An entry of an sti-as's `providers`, which enrols as `own`. `client` decides the attestation itself."""
        peers = "".join(f"      {key}: {{target: \"127.0.0.1:{self.ports[daemon]}\", {self._tls(own)}}}\n"
                        for key, daemon in (("pa", "sti-pa"), ("ca", "sti-ca")))
        return (f"  - name: {name}\n    spc: \"{spc}\"\n    organization: {organization}\n"
                f"    clients: [{client}]\n    attesting_clients: [{client}]\n    enrolment:\n      retry_seconds: 1\n{peers}")

    def _signing(self, own):
        """How the sti-as `own` looks at its own certificates: here they are on loopback, which is special (RFC 6890)."""
        return ("self_check: {ca_file: tls/ca.pem, allowed_special_addresses: [\"127.0.0.0/8\", \"::1/128\"], "
                f"allowed_ports: [443, 8443, {self.ports['repository']}], "
                f"trust: {{pa: {{target: \"127.0.0.1:{self.ports['sti-pa']}\", {self._tls(own)}}}, "
                "pa_root_files: [pa/pa-root.pem]}}\n")

    def configuration(self):
        """File name -> YAML text."""
        files = {
            "sti-pa.yaml": self._server("sti-pa") + (
                "root_certificate_file: pa/pa-root.pem\n"
                "signer_certificate_file: pa/pa-signer.pem\nsigner_key_file: pa/pa-signer.key\n"
                "crl_signer_certificate_file: pa/pa-crl-signer.pem\ncrl_signer_key_file: pa/pa-crl-signer.key\n"
                "crl_url: https://pa.example.net/crl\nadmins: [admin]\n"
                f"roles: {{approvers: [approver]}}\nfour_eyes: {'true' if self.four_eyes else 'false'}\n"
                "revocation_reporters: [{client: sti-ca, issuing_certificate_file: ca/issuing.pem}]\n"),
            "sti-ca.yaml": self._server("sti-ca") + (
                f"repository:\n  https:\n    listen: 127.0.0.1:{self.ports['repository']}\n"
                "    certificate_file: tls/sti-ca.pem\n    key_file: tls/sti-ca.key\n"
                f"  public_url: https://localhost:{self.ports['repository']}\n"
                "issuing_certificate_file: ca/issuing.pem\nissuing_key_file: ca/issuing.key\n"
                "root_certificate_file: ca/root.pem\npa_root_file: pa/pa-root.pem\n"
                "crl_url: https://pa.example.net/crl\ncrl_issuer_file: pa/pa-crl-signer.pem\nadmins: [admin]\n")
            + self._peer("pa", "sti-pa", "sti-ca"),
            "sti-as.yaml": self._server("sti-as") + self._peer("verification", "sti-vs", "sti-as") + self._signing("sti-as") + "providers:\n"
            + self.provider("quickstart", self.spc, "Quickstart Telephone", "sti-as"),
            "sti-vs.yaml": self._server("sti-vs") + (
                "trust_domains:\n  - name: default\n    pa_root_file: pa/pa-root.pem\n    pa:\n"
                f"      target: 127.0.0.1:{self.ports['sti-pa']}\n      {self._tls('sti-vs')}\n"
                f"profiles: [{{clients: [{', '.join(('sbc', 'sti-as', *self.others))}]}}{self.more_profiles}]\nadmins: [admin]\n"
                # Loopback is special (RFC 6890); the guard against attackers' URLs would refuse it.
                "download: {ca_file: tls/ca.pem, allowed_special_addresses: [\"127.0.0.0/8\", \"::1/128\"], "
                f"allowed_ports: [443, 8443, {self.ports['repository']}]}}\n"),
        }
        for client, name in (("admin", "stictl.yaml"), ("approver", "approver.yaml"), ("sbc", "sbc.yaml")):
            files[name] = "".join(self._peer(short, daemon, client) for short, daemon in SHORT.items())
        for daemon, lines in self.extra.items():
            files[f"{daemon}.yaml"] += lines
        return files

    def write_configuration(self):
        os.makedirs(self.path("state"), mode=0o700, exist_ok=True)
        for name, text in self.configuration().items():
            with open(self.path(name), "w", encoding="utf-8") as file:
                file.write(text)

    def register_provider(self, provider, name, spc, client):
        """The id of the change that the approver has approved; empty without four_eyes."""
        return self._agree(self.stictl_json("pa", "provider", "register", "--id", provider, "--name", name, "--spc", spc,
                                            "--client", client)[1])

    def approve_authority(self, name, root="ca/root.pem"):
        return self._agree(self.stictl_json("pa", "ca", "approve", "--name", name, "--root", self.path(root))[1])

    def _agree(self, answer):
        change = answer.get("pending_change", "")
        if change:
            self.stictl("pa", "pending", "approve", change, config="approver.yaml")
        return change

    def add_provider(self, instance, spc):
        """Registers a provider with an sti-as of its own, starts that, and waits for its certificate."""
        self.ports[instance] = free_ports(("sti-as",))["sti-as"]
        self.binaries = {**self.binaries, instance: self.binaries["sti-as"]}
        with open(self.path(f"{instance}.yaml"), "w", encoding="utf-8") as file:
            file.write(self._server(instance) + self._peer("verification", "sti-vs", instance) + self._signing(instance) + "providers:\n"
                       + self.provider(instance, spc, f"Provider {spc}", instance))
        with open(self.path(f"{instance}-client.yaml"), "w", encoding="utf-8") as file:
            file.write(self._peer("as", instance, "sbc"))
        self.register_provider(instance, f"Provider {spc}", spc, instance)
        self.start(instance)
        self.wait_until(lambda: self._state(f"{instance}-client.yaml", "as") == "SERVING", f"{instance} to serve")

    def _state(self, config, short):
        done = self.stictl_process("--output", "json", "--timeout-ms", "1000", "health", short, config=config)
        return json.loads(done.stdout)[short]["state"] if done.returncode in (0, 1) else None

    def attackers_place(self):
        """Where an attacker's repository can listen: address, port, and what sti-vs may call it by (None: the address)."""
        return "127.0.0.2", self.ports["repository"], None

    # --- processes

    def start(self, name):
        log = open(self.path(f"{name}.log"), "ab")  # pylint: disable=consider-using-with
        self.processes[name] = subprocess.Popen(  # pylint: disable=consider-using-with
            [self.binaries[name], "--config", self.path(f"{name}.yaml")], stdin=subprocess.DEVNULL, stdout=log,
            stderr=subprocess.STDOUT, start_new_session=True)
        log.close()

    def stop(self, name, how=signal.SIGTERM):
        """Exit code, or None when the daemon was not running."""
        if name not in self.processes:
            return None
        self.processes[name].send_signal(how)
        return self._wait_for_end(name)

    def _wait_for_end(self, name):
        process = self.processes.pop(name)
        try:
            return process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise NetworkError(f"{name} did not stop within 15 seconds; see {self.path(name + '.log')}") from None

    def stop_all(self):
        """All at once; one signal each, since a second one ends a daemon without draining."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        return {name: self._wait_for_end(name) for name in list(self.processes)}

    def last_words(self, name, lines=3):
        with open(self.path(f"{name}.log"), encoding="utf-8", errors="replace") as file:
            return " | ".join(file.read().strip().splitlines()[-lines:])

    def health(self):
        done = self.stictl_process("--output", "json", "--timeout-ms", "1000", "health")
        if done.returncode not in (0, 1):
            raise NetworkError(f"stictl health failed: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def wait_until(self, condition, what, seconds=20):
        """Polls `condition`; a daemon that ends meanwhile is an error at once."""
        deadline = time.monotonic() + seconds
        while not condition():
            for name, process in self.processes.items():
                if process.poll() is not None:
                    raise NetworkError(f"{name} ended with exit code {process.returncode}: {self.last_words(name)}")
            if time.monotonic() > deadline:
                raise NetworkError(f"waited {seconds} s in vain for {what}; health: {self.health()}")
            time.sleep(0.05)

    def serving(self, *shorts):
        health = self.health()
        return all(health[short]["state"] == "SERVING" for short in (shorts or SHORT))

    def ready(self):
        """All serve, and sti-vs has the trust list that the approved CA is on: an empty list makes it serve, too."""
        return self.serving() and self.stictl_json("vs", "status", config="sbc.yaml")[1]["anchors"] > 0

    def answering(self):
        return all(row["state"] != "no answer" for row in self.health().values())
