"""The files that the lints look at."""
import os
import subprocess

GENERATED_OR_FOREIGN = ("tools/bazel/stubs/", "tests/vectors/", "tests/chains/", "tests/fuzz/corpus/")


def files(root):
    """Paths below root, relative and sorted: tracked ones and new ones that are not ignored.

    Without Git (a source archive, a container) it is whatever is there.
    """
    if os.path.exists(os.path.join(root, ".git")):
        try:
            out = subprocess.run(
                ["git", "-C", root, "-c", "safe.directory=*", "ls-files", "-z", "-co", "--exclude-standard"],
                check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
            names = out.decode().split("\0")
            return sorted({n for n in names if n and os.path.isfile(os.path.join(root, n))})
        except (OSError, subprocess.CalledProcessError):
            pass
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [d for d in folders if d not in (".git", ".bazel", "__pycache__") and not d.startswith("bazel-")]
        found += [os.path.relpath(os.path.join(folder, n), root) for n in names]
    return sorted(found)


def own(paths):
    """Without data that others made."""
    return [p for p in paths if not p.startswith(GENERATED_OR_FOREIGN)]


def read(root, path):
    """The text of a file; None when it is not text."""
    with open(os.path.join(root, path), "rb") as f:
        data = f.read()
    if b"\0" in data:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None
