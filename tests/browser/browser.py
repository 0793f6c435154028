"""Chromium without a screen and with scripts switched off, as the status pages must work."""

import os

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By


def start(folder):
    """`folder` is for the browser's own files. The caller quits it."""
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run",
                 "--disable-background-networking", "--window-size=1200,2000", f"--user-data-dir={folder}/profile"):
        options.add_argument(flag)
    # The port's certificate is one of a development network.
    options.set_capability("acceptInsecureCerts", True)
    options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    service = Service("/usr/bin/chromedriver", log_path=f"{folder}/driver.log", env={**os.environ, "HOME": folder})
    driver = webdriver.Chrome(service=service, options=options)
    driver.set_page_load_timeout(120)
    return driver


def keep(driver, name):
    """A picture for whoever looks at the test run; test.outputs in the test's log folder."""
    folder = os.environ.get("TEST_UNDECLARED_OUTPUTS_DIR")
    if folder:
        driver.save_screenshot(os.path.join(folder, f"{name}.png"))


def field(driver, label):
    """The control that a label with this text is for."""
    for element in driver.find_elements(By.TAG_NAME, "label"):
        if element.text.strip() == label:
            return driver.find_element(By.ID, element.get_attribute("for"))
    raise AssertionError(f"no label {label!r}")


def rows(driver, section):
    """First cell -> texts of the others, of all tables of a section."""
    found = {}
    for row in driver.find_elements(By.CSS_SELECTOR, f"section#{section} tbody tr"):
        name = row.find_element(By.TAG_NAME, "th").text
        found[name] = [cell.text for cell in row.find_elements(By.TAG_NAME, "td")]
    return found
