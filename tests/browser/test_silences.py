"""Silences in the browser: started at an alert, rejected without losing the written text, seen by
everybody, ended with one button."""

from selenium.webdriver.common.keys import Keys


def write(browser, **fields):
    """Fills in the form; what stood there is gone."""
    for name, text in fields.items():
        field = browser.find(f"#{name}")
        field.clear()
        field.send_keys(text)


def test_an_operator_silences_such_alerts_and_ends_it(browser, operator):
    browser.log_in(operator)
    # A critical one would still notify.
    browser.open("/alerts?state=open&severity=HIGH")
    browser.find("tbody th a").click()
    browser.wait(lambda: browser.all("a[href^='/silences?']"))
    kind = browser.find(".title .fine").text.split()[0]
    browser.find("a[href^='/silences?']").click()
    browser.wait(lambda: browser.all("#type"))
    # It is about such alerts already; why and until when is the person's to say.
    assert browser.find("#type").get_attribute("value") == kind
    assert len(browser.find("#account").get_attribute("value")) == 12
    write(browser, reason="Penetration test of today", until="someday")
    browser.find("#until").send_keys(Keys.ENTER)
    refused = browser.wait(lambda: browser.find("#refused"))
    assert refused.get_attribute("role") == "alert" and "someday" in refused.text
    assert browser.violations() == []
    assert browser.find("#reason").get_attribute("value") == "Penetration test of today"
    write(browser, until="4h")
    browser.find("button[value=add]").click()
    browser.wait(lambda: browser.path().startswith("/silences?shown="))
    assert kind in browser.find("#h-covers").text
    assert browser.all("[aria-labelledby=h-covers] a[href^='/alerts/']")
    assert browser.violations() == []
    row = browser.find("[aria-labelledby=h-now] tbody tr")
    assert "Penetration test of today" in row.text and "token:operator" in row.text
    count = len(browser.all("[aria-labelledby=h-now] tbody tr"))
    row.find_element("css selector", "button").click()
    browser.wait(lambda: browser.path() == "/silences")
    assert len(browser.all("[aria-labelledby=h-now] tbody tr")) == count - 1
    assert "Penetration test of today" in browser.find("[aria-labelledby=h-over] tbody").text
    assert [text for text in browser.complaints() if "422" not in text] == []


def test_a_viewer_reads_them_page_by_page_and_finds_no_button(browser, viewer):
    browser.log_in(viewer)
    browser.open("/alerts")
    browser.find("main a[href='/silences']").click()
    browser.wait(lambda: browser.all("#h-over"))
    assert not browser.all("main button") and not browser.all("#reason")
    assert len(browser.all("[aria-labelledby=h-over] tbody tr")) == 50
    browser.find("a[rel=next]").click()
    browser.wait(lambda: "page=2" in browser.path())
    assert browser.all("[aria-labelledby=h-over] tbody tr")


def test_the_way_of_an_alert_is_read_from_top_to_bottom(browser, viewer):
    browser.log_in(viewer)
    browser.open("/alerts?state=open")
    browser.find("tbody th a").click()
    browser.wait(lambda: browser.all("#h-timeline"))
    times = [
        moment.get_attribute("datetime")
        for moment in browser.all("[aria-labelledby=h-timeline] tbody time")
    ]
    assert len(times) >= 6 and times == sorted(times)
