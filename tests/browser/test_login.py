"""Logging in at a real OpenID Connect provider, in a real browser."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import provider
from conftest import Browser
from soc import Soc


def free_port():
    """A free port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture(scope="module")
def at_provider(tmp_path_factory):
    """A browser at a SOC whose people log in at Canaille."""
    issuer, own = free_port(), free_port()
    login = (
        f'[login]\nissuer = "http://127.0.0.1:{issuer}"\nclient_id = "{provider.CLIENT}"\n'
        f'client_secret = "{provider.SECRET}"\noperators = ["mika"]\n'
    )
    url = f"http://127.0.0.1:{own}"
    process = subprocess.Popen(
        [sys.executable, Path(provider.__file__), str(issuer), f"{url}/login/callback"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    soc = Soc(tmp_path_factory.mktemp("soc"), accounts=8, configuration=login)
    address = f"127.0.0.1:{own}"
    assert soc.serve(HUBWARD_SERVER__LISTEN=address, HUBWARD_SERVER__PUBLIC_URL=url) == url
    browser = Browser(url)
    browser.issuer = f"http://127.0.0.1:{issuer}"
    yield browser
    browser.driver.quit()
    soc.stop()
    process.kill()
    process.wait()


def log_in(browser, person):
    """Goes through the provider's own pages."""
    browser.driver.delete_all_cookies()
    browser.driver.get(browser.issuer)
    browser.driver.delete_all_cookies()
    browser.open("/alerts?state=open")
    browser.find("a.button").click()
    browser.wait(lambda: browser.driver.current_url.startswith(browser.issuer))
    browser.wait(lambda: browser.all("input[name=login]"))
    browser.find("input[name=login]").send_keys(person + Keys.ENTER)
    browser.wait(lambda: browser.all("input[name=password]"))
    browser.find("input[name=password]").send_keys(provider.PASSWORD + Keys.ENTER)
    # The provider asks whether Hubward may know; the first time only.
    browser.wait(lambda: browser.path().startswith("/alerts") or browser.all("[name=answer]"))
    if not browser.path().startswith("/alerts"):
        browser.driver.find_element(By.CSS_SELECTOR, "[name=answer][value=accept]").click()
        browser.wait(lambda: browser.path().startswith("/alerts"))


def test_an_operator_comes_back_to_where_it_began(at_provider):
    browser = at_provider
    log_in(browser, "mika")
    assert browser.path() == "/alerts?state=open"
    # The provider does not say that the address is verified, so only its own name for her counts.
    assert "mika" in browser.find(".name").text
    assert provider.PEOPLE["mika"] not in browser.find(".name").text
    assert "operator" in browser.find(".name").text
    names = {cookie["name"] for cookie in browser.driver.get_cookies()}
    assert "hubward_session" in names and "hubward_login" not in names
    browser.find("tbody th a").click()
    browser.find("button[value=acknowledge]").click()
    browser.wait(lambda: "mika" in browser.find(".timeline").text)
    browser.find(".who button").click()
    browser.wait(lambda: browser.path() == "/login")


def test_who_is_not_listed_looks_only(at_provider):
    browser = at_provider
    log_in(browser, "ken")
    assert "viewer" in browser.find(".name").text
    browser.find("tbody th a").click()
    assert not browser.all("form.act")


def test_an_answer_counts_once_and_in_its_browser_only(at_provider):
    browser = at_provider
    log_in(browser, "mika")
    browser.driver.delete_all_cookies()
    # A person gets the callback URL of another login.
    browser.open("/login/callback?code=stolen&state=" + "0" * 64)
    assert "not started in this browser" in browser.find("h1").text
    browser.open("/")
    assert browser.path() == "/login"
