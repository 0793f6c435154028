"""Debian containers for a test, by the docker program. Standard library only."""

import os
import subprocess
import sys

sys.path.insert(0, os.path.abspath("tests/container"))
# pylint: disable=wrong-import-position
from engine import DOCKER, IMAGE, why_no_engine  # noqa: E402


def docker(*arguments, timeout=300, check=True):
    done = subprocess.run([DOCKER, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=timeout,
                          check=False)
    if check and done.returncode != 0:
        raise AssertionError(f"docker {' '.join(arguments[:6])} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done


# Installs without waiting for the disk after each file, and keeps what has been downloaded.
QUICK = "rm -f /etc/apt/apt.conf.d/docker-clean && echo force-unsafe-io >/etc/dpkg/dpkg.cfg.d/quick"
# What systemd needs of the engine to make its own cgroups and sandboxes.
SYSTEMD = ("--cap-add=SYS_ADMIN", "--security-opt=seccomp=unconfined", "--security-opt=apparmor=unconfined", "--cgroupns=host", "-v",
           "/sys/fs/cgroup:/sys/fs/cgroup", "--tmpfs=/run", "--tmpfs=/run/lock", "--tmpfs=/tmp", "--env=container=docker")


class NoArchive(Exception):
    """Nothing can be installed."""


class Images:
    """For containers that see `folder` as /packages. To be closed."""

    def __init__(self, folder):
        """Debian's image, into which what the packages depend on has been downloaded, and nothing installed. NoArchive."""
        self.folder, self.made = folder, []
        container = self.container(IMAGE)
        try:
            if container.shell(f"{QUICK} && apt-get -qq update", check=False).returncode != 0:
                raise NoArchive("containers reach no Debian archive")
            container.shell("apt-get -qq install -y --no-install-recommends --download-only /packages/*.deb")
            self.clean = self._keep(container)
        finally:
            container.stop()

    def _keep(self, container):
        self.made.append(docker("commit", container.name).stdout.strip())
        return self.made[-1]

    def container(self, image=None, options=(), command=("sleep", "infinity")):
        mount = f"{os.path.abspath(self.folder)}:/packages:ro"
        return Container(docker("run", "-d", "-v", mount, *options, image or self.clean, *command).stdout.strip())

    def systemd(self):
        """With systemd as its first process."""
        container = self.container()
        try:
            container.install("systemd", "systemd-sysv", "dbus", "procps")
            image = self._keep(container)
        finally:
            container.stop()
        return self.container(image, SYSTEMD, ["/lib/systemd/systemd"])

    def close(self):
        for image in reversed(self.made):
            docker("rmi", "-f", image, check=False)


class Container:
    """Runs until stop()."""

    def __init__(self, name):
        self.name = name

    def run(self, *command, check=True, user="root"):
        """The finished process of a command in the container."""
        return docker("exec", "--user", user, "--env=DEBIAN_FRONTEND=noninteractive", self.name, *command, check=check)

    def shell(self, script, check=True):
        return self.run("sh", "-c", script, check=check)

    def install(self, *packages):
        """By apt, with what they depend on and nothing else."""
        return self.run("apt-get", "-qq", "install", "-y", "--no-install-recommends", *packages)

    def copy(self, path, target):
        docker("cp", path, f"{self.name}:{target}")

    def stop(self):
        docker("rm", "-f", "-v", self.name, check=False)


__all__ = ["Images", "NoArchive", "why_no_engine"]
