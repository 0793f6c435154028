"""`openssl verify` must agree with each expect.txt, or the file must say why it does not."""
import calendar
import os
import pathlib
import re
import subprocess
import tempfile
import time
import unittest

FOLDER = pathlib.Path("tests/chains")
CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", re.S)


def expectation(folder):
    lines = (folder / "expect.txt").read_text().splitlines()
    return dict(line.split(" ", 1) for line in lines)


def openssl_accepts(folder, at):
    """Whether the openssl program finds a path at that time (seconds)."""
    blocks = CERTIFICATE.findall((folder / "chain.pem").read_text())
    if not blocks:
        return False
    with tempfile.TemporaryDirectory() as scratch:
        leaf, others = os.path.join(scratch, "leaf.pem"), os.path.join(scratch, "others.pem")
        pathlib.Path(leaf).write_text(blocks[0])
        pathlib.Path(others).write_text("".join(blocks[1:]))
        command = ["openssl", "verify", "-attime", str(at), "-no-CApath", "-no-CAstore", "-CAfile",
                   str(folder / "anchors.pem")]
        if blocks[1:]:
            command += ["-untrusted", others]
        ran = subprocess.run([*command, leaf], capture_output=True, text=True, check=False)
        return ran.returncode == 0


class OpensslJudge(unittest.TestCase):
    def test_agrees_on_every_chain(self):
        folders = sorted(path.parent for path in FOLDER.glob("*/expect.txt"))
        self.assertGreaterEqual(len(folders), 100)
        for folder in folders:
            with self.subTest(folder.name):
                expected = expectation(folder)
                at = calendar.timegm(time.strptime(expected["time"], "%Y-%m-%dT%H:%M:%SZ"))
                ours = expected["reason"] == "NONE"
                differs = expected.get("openssl", "")
                if differs:
                    self.assertRegex(differs, r"^(accepts|refuses): .+")
                    self.assertNotEqual(differs.startswith("accepts"), ours, "the note says nothing new")
                theirs = differs.startswith("accepts") if differs else ours
                self.assertEqual(openssl_accepts(folder, at), theirs)


if __name__ == "__main__":
    unittest.main()
