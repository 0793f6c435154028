"""Each Debian package in a clean container: install, start as its user, upgrade, remove, purge."""

import json
import os
import tempfile
import time
import unittest

from container import Images, NoArchive, why_no_engine
from packages import DAEMONS, HOME, PACKAGES, build, make_configuration, put_configuration

REASON = why_no_engine()
KEPT = ("sti-as", "sti-ca", "sti-pa")  # a purge keeps their state unless asked to remove it


def exec_start(unit):
    return next(line for line in unit.splitlines() if line.startswith("ExecStart=")).partition("=")[2]


@unittest.skipIf(REASON, REASON)
class InstallTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()  # pylint: disable=consider-using-with
        cls.addClassCleanup(folder.cleanup)
        os.chmod(folder.name, 0o755)
        cls.debs = build(os.path.join(folder.name, "debs"))
        cls.configuration = os.path.join(folder.name, "etc")
        os.mkdir(cls.configuration, mode=0o755)
        make_configuration(cls.configuration)
        try:
            cls.images = Images(os.path.join(folder.name, "debs"))
            cls.addClassCleanup(cls.images.close)
        except NoArchive as error:
            cls.images, cls.lacking = None, str(error)

    def container(self, systemd=False):
        if self.images is None:
            self.skipTest(self.lacking)
        made = self.images.systemd() if systemd else self.images.container()
        self.addCleanup(made.stop)
        return made

    def deb(self, name):
        return "/packages/" + os.path.basename(self.debs[name])

    def wait(self, condition, what, found=lambda: ""):
        """`found`: what there is instead."""
        deadline = time.monotonic() + 180
        while not condition():
            if time.monotonic() > deadline:
                self.fail(f"waited in vain for {what} {found()}")
            time.sleep(0.2)  # lint-ok: a container tells nobody

    def test_EachDaemonRunsAsItsUserWithoutSystemd(self):
        for name in DAEMONS:
            with self.subTest(name):
                self.live(name, self.container())

    def live(self, name, container):
        container.install(self.deb(name))
        self.assertEqual(container.run(name, "--version").stdout, f"{name} {self.version()}\n")
        state, home = f"/var/lib/{name}", container.run("getent", "passwd", name).stdout.split(":")
        self.assertEqual((home[5], home[6].strip()), (state, "/usr/sbin/nologin"))
        self.assertEqual(container.run("stat", "-c", "%U:%G %a", state).stdout.strip(), f"{name}:{name} 700")
        # The example names files that are not there: it says so, all of them.
        example = container.run(name, "--config", f"{HOME}/{name}.yaml", "--check_config", check=False)
        self.assertEqual(example.returncode, 2, example.stderr)
        self.assertIn(f"tls/{name}.key", example.stderr)

        put_configuration(container, self.configuration, [name])
        start = exec_start(container.run("cat", f"/lib/systemd/system/{name}.service").stdout)
        self.run_daemon(name, container, start)
        container.shell(f"touch {state}/a-trace {HOME}/tls/mine")
        container.run("apt-get", "-qq", "install", "-y", "--reinstall", self.deb(name))
        self.assertEqual(container.run("cat", f"{HOME}/{name}.yaml").stdout, self.text_of(name), "an upgrade keeps the configuration")
        self.run_daemon(name, container, start)

        container.run("apt-get", "-qq", "remove", "-y", name)
        self.assertEqual(container.run("test", "-e", f"/usr/bin/{name}", check=False).returncode, 1)
        container.run("test", "-e", f"{HOME}/{name}.yaml")
        container.run("test", "-e", f"{state}/a-trace")
        self.purge(name, container, state)

    def run_daemon(self, name, container, start):
        """As the unit would: by ExecStart, as the user. Listens, serves TLS, and ends well."""
        container.shell("rm -f /tmp/ended; exec >/tmp/log 2>&1; "
                        f"(setpriv --reuid={name} --regid={name} --clear-groups --no-new-privs --bounding-set=-all {start} & "
                        "echo $! >/tmp/pid; wait $!; echo $? >/tmp/ended) &")
        self.wait(lambda: "listening" in container.shell("cat /tmp/log").stdout, f"{name} to listen")
        self.assertEqual(container.shell("stat -c %U /proc/$(cat /tmp/pid)").stdout.strip(), name)
        container.shell("kill -TERM $(cat /tmp/pid)")
        self.wait(lambda: container.run("test", "-s", "/tmp/ended", check=False).returncode == 0, f"{name} to end")
        self.assertEqual(container.shell("cat /tmp/ended").stdout, "0\n", container.shell("cat /tmp/log").stdout)

    def purge(self, name, container, state):
        container.run("dpkg", "--purge", name)
        self.assertEqual(container.run("test", "-e", f"{HOME}/{name}.yaml", check=False).returncode, 1)
        container.run("test", "-e", f"{HOME}/tls/mine")  # what an administrator put there is not the package's
        left = container.run("test", "-e", f"{state}/a-trace", check=False).returncode == 0
        self.assertEqual(left, name in KEPT)
        if name in KEPT:
            container.install(self.deb(name))
            container.shell(f"echo {name} {name}/remove-state boolean true | debconf-set-selections")
            container.run("dpkg", "--purge", name)
            self.assertEqual(container.run("test", "-e", state, check=False).returncode, 1)

    def test_StictlRunsWithWhatItDependsOn(self):
        container = self.container()
        container.install(self.deb("stictl"))
        container.run("stictl", "dev-pki", "--out", "/tmp/tls", "--name", "a")
        container.run("apt-get", "-qq", "purge", "-y", "stictl")
        self.assertEqual(container.run("test", "-e", "/usr/share/doc/stictl", check=False).returncode, 1)

    def test_NetworkUnderSystemdWithItsHardening(self):
        container = self.container(systemd=True)
        self.wait(lambda: container.run("systemctl", "is-system-running", check=False).stdout.strip() in ("running", "degraded"),
                  "systemd")
        container.install(*(self.deb(name) for name in PACKAGES))
        units = [f"{name}.service" for name in DAEMONS]
        for unit in units:
            self.assertEqual(container.run("systemctl", "is-enabled", unit, check=False).stdout.strip(), "disabled")
            self.assertEqual(container.run("systemctl", "is-active", unit, check=False).stdout.strip(), "inactive")
        # Started with the example, it ends and is not tried for ever.
        container.run("systemctl", "start", "sti-vs.service", check=False)
        self.wait(lambda: self.state(container, "sti-vs") == "failed", "sti-vs to give up a wrong configuration")

        put_configuration(container, self.configuration, DAEMONS)
        container.run("systemctl", "enable", "--now", *units)
        self.enrol(container)
        self.assert_call_passes(container)
        self.assert_confined(container)

        # A crash: it is back by itself, with what it had.
        before = self.pid(container, "sti-as")
        container.run("systemctl", "kill", "--signal=SIGKILL", "sti-as.service")
        self.wait(lambda: self.pid(container, "sti-as") not in ("0", before), "sti-as to be back")
        # An upgrade restarts what runs, and only that.
        container.run("systemctl", "disable", "--now", "sti-pa.service")
        vs = self.pid(container, "sti-vs")
        container.run("apt-get", "-qq", "install", "-y", "--reinstall", *(self.deb(name) for name in DAEMONS))
        self.assertEqual(self.state(container, "sti-pa"), "inactive")
        self.assertNotIn(self.pid(container, "sti-vs"), (vs, "0"))
        container.run("systemctl", "enable", "--now", "sti-pa.service")
        self.wait(lambda: self.serving(container), "all to serve after the upgrade")
        self.assert_call_passes(container)

        container.run("apt-get", "-qq", "remove", "-y", *DAEMONS)
        for unit in units:
            self.assertNotEqual(container.run("systemctl", "is-active", unit, check=False).stdout.strip(), "active")
        container.run("dpkg", "--purge", *DAEMONS)
        self.assertEqual(container.shell("find /etc/systemd /lib/systemd /var/lib/systemd -name 'sti-*'").stdout, "")

    def enrol(self, container):
        self.wait(lambda: container.run("stictl", "--config", f"{HOME}/stictl.yaml", "health", check=False).returncode in (0, 1),
                  "the daemons to answer")
        self.stictl(container, "pa", "provider", "register", "--id", "quickstart", "--name", "Quickstart", "--spc", "1234", "--client",
                    "sti-as")
        self.stictl(container, "pa", "ca", "approve", "--name", "Quickstart CA", "--root", f"{HOME}/ca/root.pem")
        self.wait(lambda: self.serving(container), "all four daemons to serve")

    def assert_call_passes(self, container):
        call = ["--orig", "12155550121", "--dest", "12155550131", "--attest", "A"]

        def verdict():
            identity = json.loads(self.stictl(container, "--output", "json", "call", "sign", *call, config="sbc.yaml"))["identity"]
            return container.run("stictl", "--config", f"{HOME}/sbc.yaml", "call", "verify", "--from", call[1], "--to", call[3],
                                 "--identity", identity, check=False)
        self.wait(lambda: verdict().returncode == 0, "a signed call to pass", lambda: verdict().stdout)

    def assert_confined(self, container):
        """The hardening is in force, not only written down."""
        for name in DAEMONS:
            status = dict(line.split(":\t", 1) for line in
                          container.shell(f"cat /proc/{self.pid(container, name)}/status").stdout.splitlines() if ":\t" in line)
            self.assertEqual(int(status["CapEff"], 16), 0, name)
            self.assertEqual(int(status["CapBnd"], 16), 0, name)
            self.assertEqual((status["NoNewPrivs"], status["Seccomp"]), ("1", "2"), name)
            self.assertNotEqual(status["Uid"].split()[0], "0", name)
            self.assertIn("ro", container.shell(
                f"grep -m1 ' /usr ' /proc/{self.pid(container, name)}/mountinfo || grep -m1 ' / ' "
                f"/proc/{self.pid(container, name)}/mountinfo").stdout.split()[5].split(","), name)

    def stictl(self, container, *arguments, config="stictl.yaml"):
        return container.run("stictl", "--config", f"{HOME}/{config}", *arguments).stdout

    def serving(self, container):
        done = container.run("stictl", "--config", f"{HOME}/stictl.yaml", "health", check=False)
        return done.returncode == 0

    def state(self, container, name):
        return container.run("systemctl", "show", "--property=ActiveState", "--value", f"{name}.service").stdout.strip()

    def pid(self, container, name):
        return container.run("systemctl", "show", "--property=MainPID", "--value", f"{name}.service").stdout.strip()

    def version(self):
        return os.path.basename(self.debs["stictl"]).split("_")[1].partition("-")[0]

    def text_of(self, name):
        with open(os.path.join(self.configuration, f"{name}.yaml"), encoding="utf-8") as file:
            return file.read()


if __name__ == "__main__":
    unittest.main()
