"""docker compose up: the story of tools/quickstart from outside, then containers that are killed, paused and cut off."""

import os
import sys
import unittest

sys.path.insert(0, os.path.abspath("tests/container"))
# pylint: disable=wrong-import-position
from stack import StackTest  # noqa: E402
import story  # noqa: E402  (tools/story)

DAEMONS = ("sti-pa", "sti-ca", "sti-as", "sti-vs")
TARGETS = (*DAEMONS, "sti-tools")
IMAGE_LIMIT = 160 << 20  # octets; Debian slim has 75 MB of them


class NetworkTest(StackTest):
    @classmethod
    def bring_up(cls):
        # Without the service `register`: the story has people do that.
        cls.stack.compose("up", "-d", "--wait", "sti-ca", "sti-vs")
        cls.stack.compose("up", "-d", "--no-deps", "sti-as")
        cls.stack.fetch_clients()

    def test_1_the_story_is_told_from_outside(self):
        stage = story.Stage(colored=False)
        self.stack.wait_until(self.stack.answering, "the daemons to answer")
        story.register(stage, self.stack)
        story.enrol(stage, self.stack)
        identity = story.place_call(stage, self.stack)
        self.stack.wait_until(lambda: self.stack.healthy(*DAEMONS), "every health check to pass")
        story.attack(stage, self.stack, identity)

    def test_2_nobody_is_root_and_nothing_can_be_written(self):
        for service in DAEMONS:
            with self.subTest(service):
                self.assertEqual(self.stack.inside(service, "id -u; id -g").stdout.split(), ["10001", "10001"])
                status = dict(line.split(":\t", 1) for line in self.stack.inside(service, "cat /proc/1/status").stdout.splitlines()
                              if ":\t" in line)
                self.assertEqual(status["Uid"].split(), ["10001"] * 4)
                self.assertEqual({int(status[name], 16) for name in ("CapEff", "CapPrm", "CapBnd", "CapInh")}, {0})
                self.assertEqual(status["NoNewPrivs"], "1")
                folders = f"/ /usr/bin /etc /etc/{service} /run"
                written = self.stack.inside(service, f"for d in {folders}; do (echo x > $d/tried) 2>/dev/null && echo $d; done; true")
                self.assertEqual(written.stdout.split(), [])
                self.stack.inside(service, f"echo x > /var/lib/{service}/tried && rm /var/lib/{service}/tried")
                limits = self.stack.inspect(service)["HostConfig"]
                self.assertTrue(limits["ReadonlyRootfs"] and limits["Memory"] and limits["NanoCpus"] and limits["PidsLimit"], limits)

    def test_3_images_are_small_and_hold_no_compiler(self):
        for target in TARGETS:
            with self.subTest(target):
                image = f"stir-shaken/{target}:{self.stack.project}"
                size = int(self.stack.docker("image", "inspect", "-f", "{{.Size}}", image).stdout)
                self.stack.tell(f"image {target}: {size / 1e6:.0f} MB")
                self.assertLess(size, IMAGE_LIMIT)
                self.assertEqual(self.stack.docker("image", "inspect", "-f", "{{.Config.User}}", image).stdout.strip(), "10001:10001")
                script = ("for tool in cc gcc g++ c++ clang cpp as ld make bazel; do command -v $tool && exit 1; done; "
                          "ls /usr/lib/gcc /usr/include/c++ 2>/dev/null && exit 1; "
                          "for program in /usr/bin/sti*; do ldd $program; done | grep 'not found' && exit 1; exit 0")
                found = self.stack.docker("run", "--rm", "--network", "none", "--entrypoint", "sh", image, "-c", script, check=False)
                self.assertEqual(found.returncode, 0, found.stdout)
                ours = self.stack.docker("run", "--rm", "--network", "none", "--entrypoint", "sh", image, "-c", "ls /usr/bin/sti*")
                self.assertEqual(ours.stdout.split(), sorted({f"/usr/bin/{target}", "/usr/bin/stictl"} - {"/usr/bin/sti-tools"}))

    def test_4_each_has_its_own_secrets_and_tells_none(self):
        for service in DAEMONS:
            with self.subTest(service):
                keys = self.stack.inside(service, f"find /etc/{service} -name '*.key' -o -name '*.password'").stdout.split()
                names = {os.path.basename(key) for key in keys}
                expected = {"sti-pa": {"pa-signer.key", "pa-crl-signer.key"}, "sti-ca": {"issuing.key"}}.get(service, set())
                self.assertEqual(names, {f"{service}.key"} | expected)
                modes = self.stack.inside(service, f"stat -c %a {' '.join(keys)}").stdout.split()
                self.assertEqual(set(modes), {"600"})
                told = self.stack.docker("logs", self.stack.container(service))
                about = str(self.stack.inspect(service))
                for text in ("PRIVATE KEY", "eyJ"):
                    self.assertNotIn(text, told.stdout + told.stderr + about)

    def test_5_calls_go_on_without_sti_pa_and_it_comes_back(self):
        self.stack.docker("kill", self.stack.container("sti-pa"))
        self.stack.wait_until(lambda: self.stack.health()["pa"]["state"] == "no answer", "sti-pa to be gone")
        self.assert_call_passes()
        self.stack.docker("start", self.stack.container("sti-pa"))
        self.stack.wait_until(self.stack.ready, "everything to serve again")
        providers = self.stack.stictl_json("pa", "provider", "list")[1]["providers"]
        self.assertEqual([provider["id"] for provider in providers], ["quickstart"])

    def test_6_calls_go_on_while_sti_ca_is_paused(self):
        self.stack.docker("pause", self.stack.container("sti-ca"))
        try:
            self.assert_call_passes()
        finally:
            self.stack.docker("unpause", self.stack.container("sti-ca"))
        self.stack.wait_until(self.stack.ready, "sti-ca to serve again")

    def test_7_calls_go_on_while_the_authorities_are_cut_off_and_news_arrive_afterwards(self):
        for service in ("sti-pa", "sti-ca"):
            self.stack.disconnect(service)
        try:
            self.assert_call_passes()
        finally:
            for service in ("sti-pa", "sti-ca"):
                self.stack.connect(service)
        self.stack.wait_until(self.stack.ready, "everything to serve again")
        authority = self.stack.stictl_json("pa", "ca", "list")[1]["authorities"][0]
        self.stack.stictl("pa", "ca", "withdraw", authority["id"], "--yes")
        self.stack.wait_until(lambda: self.anchors() == 0, "sti-vs to hear of the change")
        self.stack.approve_authority("Quickstart CA")
        self.stack.wait_until(self.stack.ready, "the CA to be trusted again")
        self.assert_call_passes()

    def anchors(self):
        return self.stack.stictl_json("vs", "status", config="sbc.yaml")[1]["anchors"]

    def test_8_a_killed_sti_as_signs_with_what_its_volume_holds(self):
        before = self.serials()
        self.stack.docker("kill", self.stack.container("sti-as"))
        self.stack.docker("start", self.stack.container("sti-as"))
        self.stack.wait_until(self.stack.ready, "sti-as to serve again")
        self.assert_call_passes()
        self.assertEqual(self.serials(), before)

    def serials(self):
        return {record["serial"] for record in self.stack.stictl_json("ca", "list")[1]["certificates"]}

    def test_9_all_end_cleanly_and_start_again_from_their_volumes(self):
        before = self.serials()
        self.stack.compose("stop", *DAEMONS)
        codes = {service: self.stack.inspect(service)["State"]["ExitCode"] for service in DAEMONS}
        self.assertEqual(codes, {service: 0 for service in DAEMONS})
        self.stack.compose("up", "-d", "--no-deps", "--force-recreate", *DAEMONS)
        self.stack.wait_until(lambda: self.stack.answering() and self.stack.ready(), "everything to serve again")
        self.assert_call_passes()
        self.assertEqual(self.serials(), before)


if __name__ == "__main__":
    unittest.main()
