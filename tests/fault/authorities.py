"""sti-pa and sti-ca as processes that get killed: what the crash suites share."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time

sys.path[:0] = [os.path.abspath("tests/integration"), os.path.abspath("tests/interop"), os.path.abspath("tools/story")]
# pylint: disable=wrong-import-position
import grpc  # noqa: E402
from acme_network import AcmeNetwork  # noqa: E402
from client import error_detail  # noqa: E402
from postgres_server import PostgresServer  # noqa: E402
from suite_network import BINARIES, free_ports  # noqa: E402

ROUNDS = int(os.environ.get("STI_FAULT_ROUNDS", "4"))
SEED = int(os.environ.get("STI_FAULT_SEED", "20261123"))
UNHEARD = "no answer"  # the request may have been carried out, or not


def rng():
    print(f"STI_FAULT_SEED={SEED}", file=sys.stderr)
    return random.Random(SEED)


def call(rpc, request):
    """(answer, None), or (None, Reason's name or UNHEARD)."""
    try:
        return rpc(request, timeout=20), None
    except grpc.RpcError as error:
        try:
            return None, error_detail(error).reason
        except AssertionError:  # nobody said why
            if error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED):
                return None, UNHEARD
            raise


class Authorities(AcmeNetwork):
    """Nothing runs yet. `databases` gives the YAML lines of a daemon's database."""

    def __init__(self, test_class, databases=lambda name: ""):
        folder = tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR"))  # pylint: disable=consider-using-with
        test_class.addClassCleanup(folder.cleanup)
        super().__init__(folder.name, BINARIES, free_ports())
        test_class.addClassCleanup(self.stop_all)
        self.acme = "orders_per_hour: 0, accounts_per_hour: 0"
        for name in ("sti-pa", "sti-ca"):
            self.extra[name] += databases(name)
        self.extra["sti-ca"] += "certificates_per_day: 0\n"
        self.make_keys()
        self.write_configuration()

    def run(self, *names):
        """Starts each of them, and waits until it listens."""
        for name in names:
            ports = self.path(f"state/{name}.ports")
            if os.path.exists(ports):
                os.remove(ports)  # left by a killed one
            self.start(name)
        for name in names:
            self.wait_until(lambda name=name: os.path.exists(self.path(f"state/{name}.ports")), f"{name} to listen", seconds=60)

    def kill(self, *names):
        for name in names:
            if name in self.processes:
                self.stop(name, signal.SIGKILL)

    def register(self, spcs, name="suite"):
        options = [word for spc in spcs for word in ("--spc", spc)]
        self.stictl("pa", "provider", "register", "--id", name, "--name", "Suite", *options, "--client", "sti-as")


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def gone(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):  # before it was opened; between that and reading
        return True


class KillablePostgres(PostgresServer):
    """A server that dies the hard ways."""

    def kill_all(self):
        """As when the machine goes down: the postmaster first, so that it cannot clean up, then what it leaves behind."""
        left = children(self.process.pid)
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # saw its postmaster die
        while not all(gone(pid) for pid in left):
            time.sleep(0.01)  # lint-ok: they are not our children

    def kill_backend(self, database, pick):
        """One that serves a daemon. The postmaster then throws out everybody else and recovers, which is waited for."""
        pids = self.sql(f"SELECT pid FROM pg_stat_activity WHERE datname = '{database}' AND usename = 'app'").split()
        if not pids:
            return
        pid = pick(pids)
        try:
            os.kill(int(pid), signal.SIGKILL)
        except ProcessLookupError:
            return  # it has ended by itself
        while os.path.exists(f"/proc/{pid}"):
            time.sleep(0.01)  # lint-ok: it is not our child
        deadline = time.monotonic() + 60
        while not self.answers():
            if time.monotonic() > deadline:
                raise RuntimeError("PostgreSQL does not recover")
            time.sleep(0.02)  # lint-ok: it tells nobody when it is up

    def answers(self):
        try:
            return self.sql("SELECT 1") == "1"
        except subprocess.CalledProcessError:
            return False


class OnSqlite:
    """Engine of a suite: a file a daemon. `HARMS` are ways to harm the database below a daemon."""
    HARMS = ()

    @classmethod
    def databases(cls, _):
        return ""


class OnPostgres:
    HARMS = ("backend", "server")

    @classmethod
    def databases(cls, name):
        if not hasattr(cls, "postgres"):
            cls.postgres = KillablePostgres()
            cls.addClassCleanup(cls.postgres.close)
        return cls.postgres.new_database(name.replace("-", "_"))

    @classmethod
    def harm_server(cls, how, daemon, pick):
        """Kills "backend" or "server" under `daemon`; the database answers again afterwards."""
        if how == "backend":
            cls.postgres.kill_backend(daemon.replace("-", "_"), pick)
        else:
            cls.postgres.kill_all()
            cls.postgres.start()
