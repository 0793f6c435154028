"""Whether tests can run containers here. Standard library only."""

import os
import subprocess

# Debian's client before another one that may be in /usr/local.
DOCKER = "/usr/bin/docker" if os.path.exists("/usr/bin/docker") else "docker"
IMAGE = "debian:bookworm-slim"


def _refusal(*arguments, seconds=60):
    """What `docker` says when it fails; None when it does not."""
    try:
        done = subprocess.run([DOCKER, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds,
                              check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode == 0:
        return None
    return (done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}").splitlines()[-1]


def why_no_engine():
    """Why no container can be had here; empty when one can."""
    refusal = _refusal("version", "--format", "{{.Server.Version}}")
    if refusal is not None:
        return f"no Docker engine answers: {refusal}"
    if _refusal("image", "inspect", IMAGE) is not None:
        refusal = _refusal("pull", IMAGE, seconds=300)
        if refusal is not None:
            return f"there is no image {IMAGE}, and it cannot be pulled: {refusal}"
    return ""


def why_no_compose():
    """Why no compose file can be brought up here; empty when one can."""
    refusal = why_no_engine()
    if refusal:
        return refusal
    refusal = _refusal("compose", "version")
    return f"no Docker Compose v2 is installed: {refusal}" if refusal is not None else ""
