"""What is in the Debian packages."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

from packages import DAEMONS, PACKAGES, build


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=True, **options).stdout


class BuildTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()  # pylint: disable=consider-using-with
        cls.debs = build(cls.folder.name)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def field(self, name, field):
        return run("dpkg-deb", "--field", self.debs[name], field).strip()

    def extracted(self, name):
        target = os.path.join(self.folder.name, "x", name)
        if not os.path.isdir(target):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            run("dpkg-deb", "--raw-extract", self.debs[name], target)
        return target

    def test_VersionIsThatOfThePrograms(self):
        with open("common/daemon/daemon.h", encoding="utf-8") as file:
            version = re.search(r'kVersion\[\] = "([^"]+)"', file.read()).group(1)
        self.assertEqual(sorted(self.debs), sorted(PACKAGES))
        for name in PACKAGES:
            self.assertEqual(self.field(name, "Version"), f"{version}-1")
            self.assertEqual(run(os.path.join(self.extracted(name), "usr/bin", name), "--version").split()[-1], version)

    def test_DependsNamesEveryLibraryThatIsLinked(self):
        for name in PACKAGES:
            depends = {word.split()[0] for word in self.field(name, "Depends").split(", ")}
            for line in run("ldd", os.path.join(self.extracted(name), "usr/bin", name)).splitlines():
                library = line.split()[0]
                if library.startswith(("libgrpc++", "libssl", "libsqlite3", "libyaml-cpp", "libcurl", "libpq.", "libhiredis")):
                    # /lib is /usr/lib, and dpkg knows a file by the one that its package names.
                    owner = run("dpkg-query", "--search", f"*/{library}").split(":")[0]
                    self.assertIn(owner, depends, f"{name}: {library}")

    def test_ConfigurationIsKeptByDpkg(self):
        for name in DAEMONS:
            with open(os.path.join(self.extracted(name), "DEBIAN/conffiles"), encoding="utf-8") as file:
                self.assertEqual(file.read(), f"/etc/stir-shaken/{name}.yaml\n")

    def test_ProgramsAreStrippedAndScriptsAreClean(self):
        for name in PACKAGES:
            self.assertNotIn(".debug_info", run("readelf", "--section-headers", os.path.join(self.extracted(name), "usr/bin", name)))
        for name in DAEMONS:
            for script in ("postinst", "prerm", "postrm"):
                path = os.path.join(self.extracted(name), "DEBIAN", script)
                run("shellcheck", "--shell=sh", path)
                with open(path, encoding="utf-8") as file:
                    self.assertNotRegex(file.read(), r"#[A-Z]+#")

    def test_LintianFindsNoErrors(self):
        # A first changelog entry closes a bug of Debian's only in Debian.
        done = subprocess.run(["lintian", "--allow-root", "--fail-on=error,warning", "--suppress-tags=initial-upload-closes-no-bugs",
                               *self.debs.values()], capture_output=True, text=True, check=False,
                              env={**os.environ, "HOME": self.folder.name, "LC_ALL": "C.UTF-8"})
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)

    def test_ProgramOfAnotherVersionIsRefused(self):
        other = os.path.join(self.folder.name, "other")
        os.makedirs(other)
        for name in PACKAGES:
            with open(os.path.join(other, name), "w", encoding="utf-8") as file:
                file.write(f"#!/bin/sh\necho {name} 9.9.9\n")
            os.chmod(os.path.join(other, name), 0o755)
        done = subprocess.run(["deploy/debian/build", "--binaries", other, "--out", other], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("says that it is 9.9.9", done.stderr)
        shutil.rmtree(other)
        done = subprocess.run(["deploy/debian/build", "--binaries", other, "--out", other], capture_output=True, text=True, check=False)
        self.assertIn("no program sti-as", done.stderr)


if __name__ == "__main__":
    unittest.main()
