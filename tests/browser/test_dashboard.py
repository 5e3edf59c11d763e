"""The dashboard as a person meets it: found, narrowed, read in any light and on any screen, used without
a mouse, and open to those who do not see it."""

import os
import pathlib

import pytest
from selenium.webdriver.common.keys import Keys

PAGES = {
    "overview": "/",
    "accounts": "/accounts",
    "narrowed": "/accounts?q=pay&state=waiting&region=us-east-1",
    "nothing": "/accounts?q=nosuchproject",
    "alerts": "/alerts",
    "silences": "/silences",
    "silence": "/silences?shown=00000000",
    "requests": "/requests",
    "request_form": "/requests/new",
    "agents": "/agents",
    "deliveries": "/deliveries",
    "audit": "/audit",
    "absent": "/accounts/000000000000",
}


def pages(browser):
    """Every page, with one account and one alert."""
    browser.open("/alerts?state=open")
    alert = browser.find("tbody th a").get_attribute("href").removeprefix(browser.url)
    browser.open("/accounts?state=waiting")
    account = browser.find("tbody th a").get_attribute("href").removeprefix(browser.url)
    return PAGES | {"alert": alert, "account": account}


def test_login(browser, viewer):
    browser.open("/alerts?state=open")
    assert browser.path() == "/login?next=%2Falerts%3Fstate%3Dopen"
    browser.find("#token").send_keys("hubward_wrong" + Keys.ENTER)
    refused = browser.wait(lambda: browser.find("#refused"))
    assert refused.get_attribute("role") == "alert"
    browser.find("#token").send_keys(viewer + Keys.ENTER)
    browser.wait(lambda: browser.path() == "/alerts?state=open")
    cookie = browser.driver.get_cookie("hubward_session")
    assert cookie["httpOnly"] and cookie["sameSite"] == "Lax"
    assert browser.driver.execute_script("return document.cookie") == ""
    browser.find(".who button").click()
    browser.wait(lambda: browser.path() == "/login")
    browser.open("/")
    assert browser.path() == "/login"


def test_matrix_and_filter(browser, viewer):
    browser.log_in(viewer)
    browser.find(".menu a[href='/accounts']").click()
    columns = [cell.text for cell in browser.all("thead th")]
    assert columns[1:] == ["ap-northeast-1", "ap-northeast-3", "us-east-1", "eu-west-1"]
    assert len(browser.all("tbody tr")) == 50
    # Worst first: what drifted is on top.
    assert browser.all("tbody tr:first-child .chip.drifted")
    browser.find("a[rel=next]").click()
    assert "page=2" in browser.path()
    browser.find("input[name=q]").send_keys("受注" + Keys.ENTER)
    browser.wait(lambda: "q=" in browser.path())
    names = [cell.text for cell in browser.all("tbody th[scope=row] a")]
    assert names and all("受注" in name for name in names)
    browser.open("/accounts?state=complete&region=us-east-1")
    for row in browser.all("tbody tr"):
        assert "complete" in row.find_elements("css selector", "td")[2].get_attribute("class")
    browser.find(".filter a").click()
    assert browser.path() == "/accounts"
    browser.find("tbody th a").click()
    browser.wait(lambda: browser.all("#h-regions"))
    assert browser.all("#h-regions") and browser.all("#h-history")
    assert browser.complaints() == []


def test_acknowledge_without_a_mouse(browser, operator):
    browser.log_in(operator)
    browser.open("/alerts?state=open")
    browser.find("tbody th a").send_keys(Keys.ENTER)
    browser.wait(lambda: browser.all("#note"))
    active = browser.driver.switch_to.active_element
    active.send_keys(Keys.TAB)
    assert "skip" in browser.driver.switch_to.active_element.get_attribute("class")
    browser.driver.switch_to.active_element.send_keys(Keys.ENTER)
    for _ in range(30):
        browser.driver.switch_to.active_element.send_keys(Keys.TAB)
        focused = browser.driver.switch_to.active_element
        outline = focused.value_of_css_property("outline-style")
        assert outline != "none", focused.get_attribute("outerHTML")
        if focused.get_attribute("id") == "note":
            break
    focused.send_keys("Called the owner")
    focused.send_keys(Keys.TAB)
    button = browser.driver.switch_to.active_element
    assert button.get_attribute("value") == "acknowledge"
    button.send_keys(Keys.ENTER)
    browser.wait(lambda: "Called the owner" in browser.find("dd.note").text)
    assert browser.all("#h-handling + dl .chip.waiting")
    assert "token:operator" in browser.find(".timeline").text
    browser.find("button[value=resolve]").click()
    browser.wait(lambda: browser.all("button[value=reopen]"))
    # The note stays, although nothing new was written.
    assert "Called the owner" in browser.find("dd.note").text


def test_a_viewer_sees_no_button(browser, viewer):
    browser.log_in(viewer)
    browser.open("/alerts?state=open")
    browser.find("tbody th a").click()
    assert not browser.all("form.act")
    browser.open("/deliveries?state=given_up")
    assert browser.all("tbody tr") and not browser.all("tbody button")


def test_replay(browser, operator):
    browser.log_in(operator)
    browser.open("/deliveries?state=given_up&channel=siem")
    before = len(browser.all("tbody tr"))
    browser.find("tbody button").click()
    browser.wait(lambda: browser.path() == "/deliveries")
    browser.open("/deliveries?state=given_up&channel=siem")
    assert len(browser.all("tbody tr")) == before - 1


def test_request_form(browser, operator):
    browser.log_in(operator)
    browser.open("/requests/new")
    browser.find("#account_id").send_keys("555555555555")
    browser.find("#project").send_keys("配送見積")
    browser.find("#contact_emails").send_keys("ito@example.com" + Keys.ENTER)
    browser.wait(lambda: browser.path().startswith("/requests/R-"))
    browser.find("button[value=approve]").click()
    browser.wait(lambda: not browser.all("button[value=approve]"))
    browser.open("/accounts/555555555555")
    assert "配送見積" in browser.find("h1").text


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [0, 390], ids=["wide", "phone"])
def test_every_page(browser, operator, language, scheme, width):
    """No serious violation of axe-core's rules, no complaint of the browser, nothing outside of the screen.
    HUBWARD_PICTURES names a directory for pictures of it all."""
    browser.light(scheme)
    browser.width(width)
    browser.open(f"/login?lang={language}")
    looked = {"login": browser.violations()}
    shoot(browser, f"login-{language}-{scheme}-{width}")
    browser.find("#token").send_keys(operator + Keys.ENTER)
    browser.wait(lambda: browser.path() == "/")
    for name, path in pages(browser).items():
        browser.open(path)
        assert browser.find("html").get_attribute("lang") == language
        looked[name] = browser.violations()
        overflow = browser.driver.execute_script(
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow == 0, f"{name} is {overflow} pixels too wide"
        shoot(browser, f"{name}-{language}-{scheme}-{width}")
    assert {name: found for name, found in looked.items() if found} == {}
    # A page that is not there is the only thing that a browser may complain of.
    assert [text for text in browser.complaints() if "404" not in text] == []


def test_dark_is_dark(browser, viewer):
    browser.log_in(viewer)

    def brightness():
        color = browser.find("body").value_of_css_property("background-color")
        return sum(int(part) for part in color[color.index("(") + 1 : -1].split(",")[:3])

    light = brightness()
    browser.light("dark")
    browser.open("/")
    assert brightness() < 120
    assert light > 600


def shoot(browser, name):
    """Keeps a picture if a directory for it is set."""
    folder = os.environ.get("HUBWARD_PICTURES")
    if folder:
        browser.picture(pathlib.Path(folder) / f"{name}.png")
