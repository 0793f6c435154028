"""What a person sees on the status pages of four real daemons, in a real browser that runs no scripts."""

import os
import sys
import tempfile
import unittest

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

for folder in ("tests/integration", "tests/fault"):
    sys.path.insert(0, os.path.abspath(folder))
# pylint: disable=wrong-import-position
import browser  # noqa: E402
from suite_network import CALLED, CALLER, DAEMONS, NetworkTest  # noqa: E402
from watching import Watching  # noqa: E402

HOSTILE = "</textarea></code><script>document.title='taken'</script><img src=x onerror=alert(1)>"
IDENTITY, FROM, TO = "Identity header, or the whole SIP request", "Calling number (From)", "Called number (To)"


class StatusPagesTest(NetworkTest):
    @classmethod
    def prepare(cls, network):
        # A browser without a certificate of the network: whoever reaches the port reads the page.
        for name in DAEMONS:
            network.extra[name] += (f"admin_port: {{listen: \"127.0.0.1:0\", certificate_file: tls/{name}.pem, "
                                    f"key_file: tls/{name}.key}}\n")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.browser_files = tempfile.TemporaryDirectory(  # pylint: disable=consider-using-with
            dir=os.environ.get("TEST_TMPDIR"), ignore_cleanup_errors=True)
        try:
            cls.driver = browser.start(cls.browser_files.name)
        except BaseException:
            super().tearDownClass()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.driver.quit()
        cls.browser_files.cleanup()
        super().tearDownClass()

    def open(self, daemon):
        self.driver.get(f"https://127.0.0.1:{Watching(self.network, daemon).port()}/")

    def text(self):
        return self.driver.find_element(By.TAG_NAME, "body").text

    def one_of_the_last_minutes(self, section, row):
        """Whether something was counted."""
        return any(cell.isdigit() and int(cell) > 0 for cell in browser.rows(self.driver, section)[row])

    def explain(self, pasted, caller=CALLER):
        """By keyboard alone."""
        self.open("sti-vs")
        browser.field(self.driver, IDENTITY).send_keys(pasted)
        browser.field(self.driver, TO).send_keys(CALLED)
        browser.field(self.driver, FROM).send_keys(caller, Keys.ENTER)
        self.network.wait_until(lambda: self.driver.current_url.endswith("/explain"), "the answer to the form", 60)
        return self.text()

    def test_every_page_says_who_and_how_and_needs_no_script(self):
        sections = {"sti-as": ("rates", "errors", "providers", "clock", "tls"), "sti-vs": ("explain", "rates", "errors", "trust", "tls"),
                    "sti-ca": ("rates", "errors", "published", "authority", "tls"),
                    "sti-pa": ("rates", "errors", "waiting", "documents", "signers", "tls")}
        for daemon in DAEMONS:
            self.open(daemon)
            self.assertTrue(self.driver.find_element(By.TAG_NAME, "h1").text.startswith(daemon))
            self.assertTrue(self.driver.title.startswith(daemon))
            self.assertIn("serving", self.driver.find_element(By.CLASS_NAME, "verdict").text)
            self.assertEqual(self.driver.find_elements(By.TAG_NAME, "script"), [])
            for section in ("about", "health", *sections[daemon]):
                link = self.driver.find_element(By.CSS_SELECTOR, f"nav a[href='#{section}']")
                self.assertEqual(link.text, self.driver.find_element(By.CSS_SELECTOR, f"section#{section} h2").text)
            self.assertIn(self.network.path(f"{daemon}.yaml"), self.text())
            tls = browser.rows(self.driver, "tls")
            self.assertIn("grpc", tls)
            self.assertIn("admin_port", tls)
            browser.keep(self.driver, daemon)

    def test_narrow_screens_need_no_scrolling_sideways(self):
        try:
            self.driver.set_window_size(500, 900)
            for daemon in DAEMONS:
                self.open(daemon)
                width = self.driver.find_element(By.TAG_NAME, "body").rect["width"]
                for element in self.driver.find_elements(By.CSS_SELECTOR, "section, table, dl, form"):
                    self.assertLessEqual(element.rect["x"] + element.rect["width"], width + 1, (daemon, element.tag_name))
                browser.keep(self.driver, f"{daemon}-narrow")
        finally:
            self.driver.set_window_size(1200, 2000)

    def test_calls_and_refusals_are_seen(self):
        self.assert_passes(self.sign()["identity"])
        refused = self.network.stictl_process("call", "sign", "--orig", "not-a-number", "--dest", CALLED, config="sbc.yaml")
        self.assertNotEqual(refused.returncode, 0)
        self.verify(self.sign()["identity"], orig="12155550199")
        self.open("sti-as")
        self.assertTrue(self.one_of_the_last_minutes("rates", "Signed"), self.text())
        self.assertTrue(self.one_of_the_last_minutes("rates", "Refused"), self.text())
        self.assertTrue(browser.rows(self.driver, "errors"), self.text())
        self.assertIn(f"SPC {self.network.spc}", self.text())
        self.assertIn("in use", browser.rows(self.driver, "providers"))
        self.open("sti-vs")
        self.assertTrue(self.one_of_the_last_minutes("rates", "Passed"), self.text())
        self.assertTrue(self.one_of_the_last_minutes("rates", "Not validated"), self.text())
        self.assertIn("ORIG_MISMATCH", browser.rows(self.driver, "errors"))
        self.open("sti-ca")
        self.assertTrue(self.one_of_the_last_minutes("rates", "Certificates issued"), self.text())
        self.assertIn("issuing now", browser.rows(self.driver, "authority"))
        self.open("sti-pa")
        self.assertTrue(self.one_of_the_last_minutes("rates", "Issued"), self.text())

    def test_a_good_call_is_explained(self):
        explained = self.explain(self.sign()["identity"])
        browser.keep(self.driver, "explained-passed")
        self.assertIn("TN-Validation-Passed", explained)
        self.assertIn(f"SPC {self.network.spc}", explained)

    def test_a_bad_call_is_explained_by_its_reason(self):
        explained = self.explain(self.sign()["identity"], caller="12155550199")
        browser.keep(self.driver, "explained-failed")
        self.assertIn("No-TN-Validation", explained)
        self.assertIn("ORIG_MISMATCH", explained)

    def test_hostile_text_is_shown_and_does_nothing(self):
        self.explain(HOSTILE, caller="<img src=x onerror=alert(1)>")
        self.assertNotEqual(self.driver.title, "taken")
        self.assertEqual(self.driver.find_elements(By.CSS_SELECTOR, "script, img"), [])
        self.open("sti-vs")
        self.assertEqual(self.driver.find_elements(By.CSS_SELECTOR, "script, img"), [])

    def test_whoever_cannot_see_gets_a_name_for_every_control(self):
        self.open("sti-vs")
        labels = {label.get_attribute("for") for label in self.driver.find_elements(By.TAG_NAME, "label")}
        for control in self.driver.find_elements(By.CSS_SELECTOR, "input[type=text], textarea, select"):
            self.assertIn(control.get_attribute("id"), labels)
        for radio in self.driver.find_elements(By.CSS_SELECTOR, "input[type=radio]"):
            self.assertTrue(radio.find_element(By.XPATH, "..").text)
        self.assertEqual(self.driver.find_element(By.TAG_NAME, "html").get_attribute("lang"), "en")


if __name__ == "__main__":
    unittest.main()
