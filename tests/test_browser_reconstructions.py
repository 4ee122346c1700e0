"""The Reconstructions page in a real Chromium: from a confusion to its digits to the sliders."""

import re

from playwright.sync_api import expect


def test_a_confusion_leads_to_its_digits_and_to_the_sliders(page, server):
    page.goto(f"{server}/reconstructions")
    expect(page.get_by_text(re.compile(r"Digits 0 \(a 7\)"))).to_be_visible()
    page.get_by_text("Confusions", exact=True).click()
    cell = page.get_by_role("button", name=re.compile("^a 7 read as a 7:"))
    count = int(cell.inner_text())
    cell.click()
    expect(page.get_by_text(f"{count:,} test digits are a 7 read as a 7")).to_be_visible()
    page.locator(".digits button").first.click()
    heading = page.get_by_text(re.compile(r"Test digit \d+, a 7"))
    expect(heading).to_be_visible()
    found = re.search(r"\d+", heading.inner_text())
    assert found is not None
    page.get_by_role("link", name="Take it to the sliders").click()
    expect(page.get_by_role("spinbutton", name="Test digit")).to_have_value(found.group())
    expect(page.locator(".codemap .here")).to_be_visible()
