"""A disk that is small and the test's own: a tmpfs in a mount namespace that this process and its children live in."""

import ctypes
import os
import subprocess

CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000


def enter_namespace():
    """Call it before any thread is started. None; or why it cannot be had here."""
    uid, gid = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS) != 0:
        if libc.unshare(CLONE_NEWNS | CLONE_NEWUSER) != 0:
            return f"no mount namespace: {os.strerror(ctypes.get_errno())}"
        for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                file.write(text)
    done = subprocess.run(["mount", "--make-rprivate", "/"], capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else f"no private mounts: {done.stderr.strip()}"


class SmallDisk:
    """Mounted over an empty folder."""

    def __init__(self, folder, megabytes):
        os.makedirs(folder, exist_ok=True)
        self.folder = folder
        self.filler = os.path.join(folder, "filler")
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "none", folder], check=True)

    def fill(self):
        """To the last octet."""
        with open(self.filler, "wb", buffering=0) as file:
            for size in (65536, 1):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError:
                    pass

    def free(self):
        os.remove(self.filler)

    def close(self):
        subprocess.run(["umount", "--lazy", self.folder], check=False)
