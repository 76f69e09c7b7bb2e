"""Facts about the trial's page in a browser: it stands alone and fits a narrow screen."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from holdfire.trial.page import render_trial
from holdfire.trial.words import LANGUAGES
from tests.unit.trial.test_page import document

BROWSER = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(BROWSER is None, reason="There is no Chromium here: install the package chromium."),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [390, 1200])
def test_the_page_opens_from_disk(tmp_path: Path, language: str, width: int) -> None:
    """Nothing is asked of any network, nothing is refused by the policy, and nothing hangs over the edge."""
    path = tmp_path / "trial.html"
    path.write_bytes(render_trial(document(), language))
    said: list[str] = []
    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.on("console", lambda message: said.append(message.text))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert "Holdfire Sans" in page.evaluate("getComputedStyle(document.body).fontFamily")
        assert page.locator("article svg.parts").bounding_box() is not None
        browser.close()
    assert [] == said
    assert [] == [url for url in asked if not url.startswith(("file:", "data:"))]
