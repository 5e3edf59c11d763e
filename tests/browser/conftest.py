"""The fixtures of the browser tests: one SOC, one Chromium, and axe-core."""

import base64
import importlib.util
import pathlib
import shutil

import pytest
from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from soc import Soc

# The package holds axe-core; its Playwright is not installed, so only its file is looked for.
AXE = pathlib.Path(importlib.util.find_spec("axe_playwright_python").origin).with_name("axe.min.js")


class Browser:
    """Chromium, and what a person does with it."""

    def __init__(self, url):
        options = webdriver.ChromeOptions()
        for argument in ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage"]:
            options.add_argument(argument)
        options.add_argument("--window-size=1360,900")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        options.binary_location = shutil.which("chromium")
        service = webdriver.ChromeService(executable_path=shutil.which("chromedriver"))
        self.driver = webdriver.Chrome(options=options, service=service)
        self.url = url

    def open(self, path):
        """Opens a page of the dashboard."""
        self.driver.get(self.url + path)

    def find(self, selector):
        """The element that a CSS selector finds."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        """All elements that a CSS selector finds."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def path(self):
        """Where the browser is, without the server."""
        return self.driver.current_url.removeprefix(self.url)

    def wait(self, holds):
        """Waits until something holds; a page that goes away while it is looked at is no failure."""
        gone = (NoSuchElementException, StaleElementReferenceException)
        wait = WebDriverWait(self.driver, 20, ignored_exceptions=gone)
        return wait.until(lambda _: holds())

    def log_in(self, token):
        """Logs in with a token."""
        self.driver.delete_all_cookies()
        self.open("/login")
        self.find("#token").send_keys(token)
        self.find("form[action='/login'] button").click()
        self.wait(lambda: self.path() == "/")

    def light(self, scheme):
        """The colors that the person prefers: light or dark."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def width(self, pixels):
        """The width of the screen; 0 is the window's own."""
        if pixels == 0:
            self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
            return
        metrics = {"width": pixels, "height": 800, "deviceScaleFactor": 1, "mobile": pixels < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def picture(self, file):
        """The whole page as a picture."""
        size = self.driver.execute_script(
            "return [document.documentElement.clientWidth, document.documentElement.scrollHeight]"
        )
        clip = {"x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1}
        shot = self.driver.execute_cdp_cmd(
            "Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip}
        )
        pathlib.Path(file).write_bytes(base64.b64decode(shot["data"]))

    def violations(self):
        """What axe-core finds serious or critical on the page."""
        self.driver.execute_script(AXE.read_text())
        found = self.driver.execute_async_script(
            "const done = arguments[0]; axe.run().then(r => done(r.violations));"
        )
        return [
            (rule["id"], node["html"], node["failureSummary"])
            for rule in found
            if rule["impact"] in ("serious", "critical")
            for node in rule["nodes"]
        ]

    def complaints(self):
        """What the browser itself complains of, such as a breach of the Content-Security-Policy."""
        return [entry["message"] for entry in self.driver.get_log("browser")]


@pytest.fixture(scope="session")
def soc(tmp_path_factory):
    """A SOC of 60 accounts, without a server yet."""
    made = Soc(tmp_path_factory.mktemp("soc"))
    yield made
    made.stop()


@pytest.fixture(scope="session")
def operator(soc):
    """An operator's token."""
    return soc.token("operator", "operator")


@pytest.fixture(scope="session")
def viewer(soc):
    """A viewer's token."""
    return soc.token("viewer", "viewer")


@pytest.fixture(scope="session")
def chromium(soc):
    """One browser for all, at the SOC's server."""
    browser = Browser(soc.serve())
    yield browser
    browser.driver.quit()


@pytest.fixture
def browser(chromium):
    """The browser as it was when it was new."""
    chromium.driver.delete_all_cookies()
    chromium.light("light")
    chromium.width(0)
    chromium.driver.get_log("browser")
    return chromium
