"""A Debian container for a test, by the docker program. Standard library only."""

import os
import shutil
import subprocess
import unittest

IMAGE = "debian:bookworm-slim"


def docker(*arguments, timeout=300, check=True):
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=timeout,
                          check=False)
    if check and done.returncode != 0:
        raise AssertionError(f"docker {' '.join(arguments[:6])} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done


def why_no_engine():
    """Why no container can be had here; empty when one can."""
    if shutil.which("docker") is None:
        return "there is no docker program"
    if docker("info", check=False, timeout=60).returncode != 0:
        return "no Docker engine answers"
    if docker("image", "inspect", IMAGE, check=False).returncode != 0 and docker("pull", IMAGE, check=False).returncode != 0:
        return f"there is no image {IMAGE}, and it cannot be pulled"
    return ""


class Container:
    """Runs until stop(). With `systemd` as its first process, else with one that waits."""

    def __init__(self, folder, systemd=False):
        """`folder` is seen as /packages."""
        mount = ["-v", f"{os.path.abspath(folder)}:/packages:ro"]
        self.name = docker("run", "-d", *mount, *(self._systemd() if systemd else [IMAGE, "sleep", "infinity"])).stdout.strip()

    @staticmethod
    def _systemd():
        """Debian's image with systemd, made once; what systemd needs of the engine to make its own cgroups and sandboxes."""
        tag = "stir-shaken-test-systemd"
        if docker("image", "inspect", tag, check=False).returncode != 0:
            made = Container(os.curdir)
            try:
                made.install("systemd", "systemd-sysv", "dbus", "procps")
                docker("commit", made.name, tag)
            finally:
                made.stop()
        return ["--cap-add=SYS_ADMIN", "--security-opt=seccomp=unconfined", "--security-opt=apparmor=unconfined",
                "--cgroupns=host", "-v", "/sys/fs/cgroup:/sys/fs/cgroup", "--tmpfs=/run", "--tmpfs=/run/lock", "--tmpfs=/tmp",
                "--env=container=docker", tag, "/lib/systemd/systemd"]

    def run(self, *command, check=True, user="root"):
        """The finished process of a command in the container."""
        return docker("exec", "--user", user, "--env=DEBIAN_FRONTEND=noninteractive", self.name, *command, check=check)

    def shell(self, script, check=True):
        return self.run("sh", "-c", script, check=check)

    def install(self, *packages):
        """By apt, with what they depend on and nothing else."""
        if self.shell("apt-get -qq update", check=False).returncode != 0:
            raise unittest.SkipTest("containers reach no Debian archive")
        return self.run("apt-get", "-qq", "install", "-y", "--no-install-recommends", *packages)

    def copy(self, path, target):
        docker("cp", path, f"{self.name}:{target}")

    def stop(self):
        docker("rm", "-f", "-v", self.name, check=False)
