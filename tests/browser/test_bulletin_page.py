"""Facts about the bulletin's page in a browser: it stands alone, it works, and nothing of it leaves."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from holdfire.publication.bulletin import compose
from holdfire.publication.redact import redact
from holdfire.publication.render import render_html
from tests.unit.publication.case_factory import DAY_END, DAY_START, make_case, timedelta

BROWSER = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(BROWSER is None, reason="There is no Chromium here: install the package chromium."),
]
WAIT_MS = 60_000
NOISE = ("GPU stall", "GL Driver", "swiftshader")
"""What a browser without a graphics card says of itself."""


@dataclass
class Told:
    """Hold what a browser said while a page was open."""

    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=BROWSER, args=["--no-sandbox", "--enable-unsafe-swiftshader"]
        )
        yield started
        started.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the pages of the fictional case as files, as a duty officer would open them."""
    folder, case = tmp_path_factory.mktemp("pages"), make_case()
    week = DAY_START - timedelta(days=6)
    public = redact(case, audience="public", end=DAY_END)
    made = {
        "day": compose(case, start=DAY_START, end=DAY_END, language="en"),
        "week": compose(case, start=week, end=DAY_END, language="en"),
        "public": compose(public, start=week, end=DAY_END, language="uk"),
        "empty": compose(replace(case, findings=case.findings.slice(0, 0)), start=week, end=DAY_END, language="uk"),
    }
    paths = {}
    for name, bulletin in made.items():
        paths[name] = folder / f"{name}.html"
        paths[name].write_bytes(render_html(bulletin))
    return paths


def opened(
    browser: Browser, path: Path, *, width: int = 1280, height: int = 800, dark: bool = False, scripts: bool = True
) -> tuple[Page, Told]:
    """Open a page from disk with the network cut, and wait until its map rests."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        java_script_enabled=scripts,
        offline=True,
    )
    page, told = context.new_page(), Told()
    page.on(
        "console", lambda message: told.errors.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: told.errors.append(str(error)))
    page.on("request", lambda request: told.requests.append(request.url))
    page.goto(path.as_uri())
    if scripts:
        page.wait_for_selector("html[data-map=ready]", timeout=WAIT_MS)
    return page, told


def shown(page: Page) -> list[str]:
    """Return the numbers of the incidents that the list shows."""
    return [
        node.get_attribute("data-number") or "" for node in page.locator("#incident-table > tbody:not([hidden])").all()
    ]


@pytest.mark.parametrize(
    ("name", "width", "dark"),
    [
        ("day", 1280, False),
        ("day", 1280, True),
        ("week", 320, False),
        ("public", 320, True),
        ("public", 768, False),
        ("empty", 320, False),
    ],
)
def test_the_page_works_from_disk_without_a_network(
    browser: Browser, pages: dict[str, Path], tmp_path: Path, name: str, width: int, dark: bool
) -> None:
    """The page asks for nothing but itself, says no error, draws its map, and fits its window."""
    page, told = opened(browser, pages[name], width=width, dark=dark)
    outside = [url for url in told.requests if not url.startswith(("blob:", "data:")) and url != pages[name].as_uri()]
    assert [] == outside
    assert [] == [text for text in told.errors if not any(noise in text for noise in NOISE)]
    assert page.locator("#map-live canvas").is_visible()
    assert not page.locator("#map-static").is_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    picture = page.screenshot(path=tmp_path / "page.png", full_page=True)
    assert len(picture) > 20_000
    page.context.close()


def test_the_map_is_drawn(browser: Browser, pages: dict[str, Path]) -> None:
    """The map's canvas holds sea, land, zones and marks, not one colour."""
    page, _ = opened(browser, pages["day"])
    page.locator("#map-live").scroll_into_view_if_needed()
    page.wait_for_selector("html[data-map=ready]", timeout=WAIT_MS)
    picture = page.locator("#map-live").screenshot()
    assert len(picture) > 15_000
    page.context.close()


def test_without_scripts_nothing_is_missing(browser: Browser, pages: dict[str, Path]) -> None:
    """Without scripts, the drawings, every incident and every section are there, and no idle control."""
    page, told = opened(browser, pages["week"], scripts=False)
    assert page.locator("#map-static svg").is_visible()
    assert not page.locator("#map-live").is_visible()
    assert not page.locator("#filter").is_visible()
    assert len(shown(page)) == page.locator("#incident-table > tbody").count() > 25
    assert [pages["week"].as_uri()] == told.requests
    page.context.close()


def test_report_text_runs_nothing(browser: Browser, pages: dict[str, Path]) -> None:
    """A report's text of script tags opens no dialog and is shown as it came."""
    page, told = opened(browser, pages["day"])
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    page.locator("details").first.locator("summary").click()
    quote = page.get_by_text("<script>alert('x')</script>", exact=False).first
    assert quote.count() == 1
    assert [] == dialogs
    assert [] == [text for text in told.errors if not any(noise in text for noise in NOISE)]
    page.context.close()


def test_the_list_is_filtered_by_clause_and_verdict(browser: Browser, pages: dict[str, Path]) -> None:
    """Choosing a clause and a verdict limits the list, counts it, and can be undone."""
    page, _ = opened(browser, pages["week"])
    every = page.locator("#filter-shown").inner_text()
    page.select_option("#filter-clause", "3")
    page.select_option("#filter-verdict", "established")
    rows = page.locator("#incident-table > tbody:not([hidden])")
    assert rows.count() > 0
    assert all("3" in (row.get_attribute("data-clauses") or "").split() for row in rows.all())
    assert {"established"} == {row.get_attribute("data-verdict") for row in rows.all()}
    assert every != page.locator("#filter-shown").inner_text()
    page.click("#filter-reset")
    assert every == page.locator("#filter-shown").inner_text()
    page.context.close()


def test_the_timeline_is_brushed(browser: Browser, pages: dict[str, Path]) -> None:
    """Dragging across days of the timeline limits the list to them, as the two fields do."""
    page, _ = opened(browser, pages["week"])
    chart = page.locator(".chart.wide svg.timeline")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    last_day = box["x"] + box["width"] - 10
    page.mouse.move(last_day, box["y"] + 40)
    page.mouse.down()
    page.mouse.up()
    assert "2031-05-14" == page.input_value("#filter-from") == page.input_value("#filter-to")
    rows = page.locator("#incident-table > tbody:not([hidden])")
    assert {"2031-05-14"} == {row.get_attribute("data-day") for row in rows.all()}
    page.context.close()


def test_the_list_is_sorted_by_a_column(browser: Browser, pages: dict[str, Path]) -> None:
    """A column's head sorts the list by it, and back, and says so to a screen reader."""
    page, _ = opened(browser, pages["week"])
    head = page.locator("#incident-table th[data-sort=time]")
    head.locator("button").click()
    assert "descending" == head.get_attribute("aria-sort")
    times = [
        int(row.get_attribute("data-time") or 0) for row in page.locator("#incident-table > tbody:not([hidden])").all()
    ]
    assert sorted(times, reverse=True) == times
    head.locator("button").click()
    assert "ascending" == head.get_attribute("aria-sort")
    page.context.close()


def test_a_mark_opens_its_incidents_and_leads_to_the_list(browser: Browser, pages: dict[str, Path]) -> None:
    """From the list an incident is shown on the map, and from there the way leads back to its row."""
    page, _ = opened(browser, pages["day"])
    row = page.locator("#incident-1")
    row.locator("summary").click()
    row.locator("button.to-map").click()
    popup = page.locator(".maplibregl-popup-content")
    popup.wait_for(timeout=WAIT_MS)
    assert "No attack on the port and the mill" in popup.inner_text()
    popup.locator("a").click()
    assert page.url.endswith("#incident-1")
    assert row.locator("details").get_attribute("open") is not None
    page.context.close()


def test_everything_can_be_reached_by_keyboard(browser: Browser, pages: dict[str, Path]) -> None:
    """The first stop leads past the head; filter, map and heads of columns take the focus."""
    page, _ = opened(browser, pages["week"])
    page.keyboard.press("Tab")
    assert "#changes" == page.evaluate("() => document.activeElement.getAttribute('href')")
    reached = set()
    for _ in range(120):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "() => document.activeElement.id || document.activeElement.className || document.activeElement.tagName"
            )
        )
    assert {"filter-clause", "filter-from", "filter-reset"} <= reached
    assert any("maplibregl-canvas" in str(one) for one in reached)
    page.context.close()


def test_light_and_dark_can_be_chosen(browser: Browser, pages: dict[str, Path]) -> None:
    """The button turns a light page dark, map and all, without an error."""
    page, told = opened(browser, pages["day"])
    light = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    page.click("button.theme")
    page.wait_for_timeout(300)
    assert light != page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert [] == [text for text in told.errors if not any(noise in text for noise in NOISE)]
    page.context.close()


def test_paper_shows_the_drawn_map_and_no_control(browser: Browser, pages: dict[str, Path]) -> None:
    """On paper the drawn map stands in the place of the moving one, in light colours even from a dark page."""
    page, _ = opened(browser, pages["day"], dark=True)
    page.emulate_media(media="print")
    assert page.locator("#map-static svg").is_visible()
    assert not page.locator("#map-live").is_visible()
    assert not page.locator("#filter").is_visible()
    assert "rgb(255, 255, 255)" == page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    page.context.close()
