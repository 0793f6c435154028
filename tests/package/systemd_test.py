"""The systemd units, as systemd-analyze sees them."""

import glob
import os
import re
import shutil
import subprocess
import tempfile
import unittest

UNITS = sorted(glob.glob("deploy/systemd/*.service"))
TARGETS = ("basic", "multi-user", "network", "network-online", "paths", "shutdown", "slices", "sockets", "sysinit", "time-sync",
           "timers")
WORST_EXPOSURE = 1.5  # of 10; "OK" begins at 5


def analyze(root, *arguments):
    return subprocess.run(["systemd-analyze", f"--root={root}", *arguments], capture_output=True, text=True, check=False,
                          env={**os.environ, "LC_ALL": "C.UTF-8"})


class SystemdTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()  # pylint: disable=consider-using-with
        self.addCleanup(folder.cleanup)
        self.root = folder.name
        self.units = os.path.join(self.root, "lib/systemd/system")
        for path in (self.units, os.path.join(self.root, "usr/bin"), os.path.join(self.root, "bin")):
            os.makedirs(path)
        # Programs need only be there.
        for program in ("bin/kill", *(f"usr/bin/{os.path.basename(unit).partition('.')[0]}" for unit in UNITS)):
            shutil.copyfile("/bin/true", os.path.join(self.root, program))
            os.chmod(os.path.join(self.root, program), 0o755)
        for unit in (*UNITS, *(f"/lib/systemd/system/{target}.target" for target in TARGETS)):
            shutil.copy(unit, self.units)

    def test_EachDaemonHasAUnit(self):
        self.assertEqual([os.path.basename(unit) for unit in UNITS],
                         ["sti-as.service", "sti-ca.service", "sti-pa.service", "sti-vs.service"])

    def verify(self, unit):
        done = analyze(self.root, "verify", "--man=no", os.path.basename(unit))
        return done.returncode, done.stdout + done.stderr

    def test_UnitsAreCorrect(self):
        for unit in UNITS:
            self.assertEqual(self.verify(unit), (0, ""), unit)

    def test_WhatIsWrongIsSeen(self):
        unit = os.path.join(self.units, "sti-as.service")
        with open(unit, encoding="utf-8") as file:
            text = file.read()
        for right, wrong in (("NoNewPrivileges=yes", "NoNewPrivilege=yes"), ("/usr/bin/sti-as --", "/usr/bin/sti-at --")):
            with open(unit, "w", encoding="utf-8") as file:
                file.write(text.replace(right, wrong))
            self.assertNotEqual(self.verify(unit), (0, ""), wrong)

    def exposure(self, unit):
        done = analyze(self.root, "security", "--offline=true", "--no-pager", f"--threshold={int(WORST_EXPOSURE * 10)}",
                       os.path.basename(unit))
        found = re.search(r"Overall exposure level for \S+: (\S+)", done.stdout)
        self.assertTrue(found, done.stdout + done.stderr)
        print(found.group(0))
        return float(found.group(1)), done.returncode

    def test_LittleIsExposed(self):
        for unit in UNITS:
            level, code = self.exposure(unit)
            self.assertLessEqual(level, WORST_EXPOSURE, unit)
            self.assertEqual(code, 0, unit)

    def test_LessHardeningExposesMore(self):
        unit = os.path.join(self.units, "sti-ca.service")
        with open(unit, encoding="utf-8") as file:
            text = file.read()
        with open(unit, "w", encoding="utf-8") as file:
            file.write(text.replace("CapabilityBoundingSet=\n", "").replace("SystemCallFilter=@system-service\n", ""))
        level, code = self.exposure(unit)
        self.assertGreater(level, WORST_EXPOSURE)
        self.assertNotEqual(code, 0)


if __name__ == "__main__":
    unittest.main()
