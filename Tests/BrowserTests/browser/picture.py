"""Makes the README's picture: a spoken call with the embedded engines, as the dashboard shows it.

Run: Tests/BrowserTests/.venv/bin/python Tests/BrowserTests/browser/picture.py [FILE]
"""

import pathlib
import sys
import tempfile

from playwright.sync_api import sync_playwright

from server import ROOT, Server
from speech import say

CHROMIUM = "/usr/bin/chromium"
TURNS = 3


def main(target: pathlib.Path) -> None:
    with tempfile.TemporaryDirectory() as name, sync_playwright() as driver:
        folder = pathlib.Path(name)
        microphone = say(
            folder, "call", 8.0, "What are your opening hours?", 12.0, "Where are you?", 3.0,
            "I would like to leave a message please")
        server = Server(folder, {"DEV_ALLOW_NO_JWT": "true"}).start()
        browser = driver.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-dev-shm-usage", "--use-fake-device-for-media-stream",
                  "--use-fake-ui-for-media-stream", f"--use-file-for-fake-audio-capture={microphone}%noloop"])
        try:
            page = browser.new_page(viewport={"width": 1320, "height": 920}, locale="en-GB")
            page.goto(server.url)
            page.click("tom-call-control .primary")
            page.mouse.move(0, 0)
            page.select_option("#log-group", "speech")
            page.wait_for_function(
                "(n) => document.querySelectorAll('tom-waterfall [data-turn]').length >= n", arg=TURNS, timeout=90_000)
            page.wait_for_selector("tom-status[data-activity=speaking]")
            page.screenshot(path=target)
        finally:
            browser.close()
            server.stop()
    print(f"{target}: {target.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs/images/dashboard.png")
