"""A PostgreSQL server of a test's own, on a Unix socket and nowhere else. Python's twin of common/testing/postgres_server."""

import glob
import os
import shutil
import signal
import subprocess
import tempfile
import time

NOBODY = 65534
# It refuses to run as root: another user, who still reaches folders closed to him; or a namespace that renames this one.
WAYS = (
    ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--inh-caps=+dac_override",
     "--ambient-caps=+dac_override"],
    ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}"],
)


def how_to_not_be_root():
    if os.geteuid() != 0:
        return []
    for way in WAYS:
        if subprocess.run([*way, "true"], capture_output=True, check=False).returncode == 0:
            return way
    raise RuntimeError("runs as root, and neither setpriv nor unshare may change that")


class PostgresServer:
    """Roles: "admin" (superuser) and "app", who owns the databases made; both are let in without a password."""

    def __init__(self):
        self.prefix = how_to_not_be_root()
        versions = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda path: int(path.split("/")[4]))
        self.programs = os.path.dirname(versions[-1])
        self.folder = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
        self.data = os.path.join(self.folder, "data")
        self.host = tempfile.mkdtemp(prefix="sti-postgres.", dir="/tmp")  # a socket's name has 107 octets at most
        os.mkdir(self.data, 0o700)
        if self.prefix[:1] == ["setpriv"]:
            for path in (self.data, self.host):
                os.chown(path, NOBODY, NOBODY)
        subprocess.run([*self.prefix, f"{self.programs}/initdb", "--pgdata", self.data, "--no-sync", "--auth=trust",
                        "--username=admin", "--encoding=UTF8", "--locale=C"], check=True, capture_output=True)
        self.settings = ["-c", "listen_addresses="]
        self.port = 5432  # on a socket, a part of its name
        self.process = None
        self.start()
        self.sql("CREATE ROLE app LOGIN")

    def listen_with_tls(self, port, certificate, key):
        """From the next start on, at 127.0.0.1 and 127.0.0.3; clients without TLS are not let in there. Takes copies of the PEM files."""
        self.port = port
        settings = {"listen_addresses": "127.0.0.1,127.0.0.3", "port": port, "ssl": "on"}
        for setting, source in (("ssl_cert_file", certificate), ("ssl_key_file", key)):
            settings[setting] = os.path.join(self.data, os.path.basename(source))
            shutil.copy(source, settings[setting])
            os.chmod(settings[setting], 0o600)
            shutil.chown(settings[setting], os.stat(self.data).st_uid)
        self.settings = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with open(os.path.join(self.data, "pg_hba.conf"), "w", encoding="utf-8") as file:
            file.write("local all all trust\nhostssl all all 127.0.0.0/8 trust\n")

    def start(self):
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen(  # pylint: disable=consider-using-with
                [*self.prefix, f"{self.programs}/postgres", "-D", self.data, "-k", self.host, *self.settings, "-c",
                 "dynamic_shared_memory_type=mmap", "-c", "shared_buffers=16MB", "-c", "recovery_init_sync_method=syncfs"],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while subprocess.run([f"{self.programs}/pg_isready", "-q", "-h", self.host, "-p", str(self.port)], check=False).returncode != 0:
            if time.monotonic() > deadline:
                raise RuntimeError("PostgreSQL does not come up")
            time.sleep(0.02)  # lint-ok: it tells nobody when it is up

    def stop(self, how=signal.SIGINT):
        """SIGINT: a clean stop; SIGQUIT: no checkpoint, as after a crash."""
        self.process.send_signal(how)
        self.process.wait(timeout=60)

    def close(self):
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.host, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def sql(self, sql, database="postgres"):
        done = subprocess.run(["psql", "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-h", self.host, "-p", str(self.port), "-U",
                               "admin", "-d", database, "-c", sql], check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def new_database(self, name):
        self.sql(f"CREATE DATABASE {name} OWNER app TEMPLATE template0")
        return f"database: {{engine: postgres, postgres: {{host: {self.host}, name: {name}, user: app}}}}\n"
