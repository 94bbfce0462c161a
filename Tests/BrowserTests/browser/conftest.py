"""Fixtures: a server per settings, a Chromium per microphone, and a page object with the few moves of a caller."""

import pathlib

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from server import Server
from slow_door import SlowDoor
from speech import say

HERE = pathlib.Path(__file__).parent
CHROMIUM = "/usr/bin/chromium"
WAIT_MS = 30_000
SILENT = 0.001
CUT_MS = 300  # from the word that a reply is cut to silence at the analyser, on a loaded machine
expect.set_options(timeout=WAIT_MS)

MOCK = {"REALTIME_STT": "mock", "REALTIME_LLM": "mock", "REALTIME_TTS": "mock", "DEV_ALLOW_NO_JWT": "true"}
OPEN = {"DEV_ALLOW_NO_JWT": "true"}


@pytest.fixture
def serve(tmp_path):
    """Starts servers; they are stopped when the test ends."""
    servers = []

    def start(settings=MOCK, port=None):
        servers.append(Server(tmp_path, settings, port))
        return servers[-1].start()

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def slow_door():
    """Puts a slow handshake before a server."""
    doors = []

    def put(port, delay):
        doors.append(SlowDoor(port, delay))
        return f"http://127.0.0.1:{doors[-1].port}"

    yield put
    for door in doors:
        door.close()


@pytest.fixture(scope="session")
def playwright_driver():
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def silence(tmp_path_factory):
    return say(tmp_path_factory.mktemp("silence"), "silence", tail=60)


@pytest.fixture
def browse(playwright_driver, silence):
    """Opens the dashboard in a Chromium of its own."""
    browsers = []

    def open_page(url, microphone=None, flags=(), fake=True, allowed=True, console=(), record=False, **context):
        arguments = ["--no-sandbox", "--disable-dev-shm-usage", *flags]
        if fake:
            arguments += ["--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={microphone or silence}%noloop"]
        browser = playwright_driver.chromium.launch(executable_path=CHROMIUM, args=arguments)
        browsers.append(browser)
        # The page's security policy would refuse the recorder.
        scope = browser.new_context(
            **{"locale": "en-US", "viewport": {"width": 1440, "height": 900}, "bypass_csp": record, **context})
        scope.set_default_timeout(WAIT_MS)
        if allowed:
            scope.grant_permissions(["microphone", "clipboard-read", "clipboard-write"])
        if record:
            scope.add_init_script(path=HERE / "record.js")
        scope.add_init_script(path=HERE / "observe.js")
        page = scope.new_page()
        caller = Caller(page)
        page.goto(url)
        return caller

    yield open_page
    for browser in browsers:
        browser.close()


class Caller:
    """A person at the dashboard. `complaints` holds console errors and uncaught exceptions."""

    def __init__(self, page: Page):
        self.page = page
        self.complaints: list[str] = []
        page.on("console", lambda m: m.type == "error" and self.complaints.append(m.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    @property
    def status(self):
        return self.page.get_by_role("status").first

    @property
    def notice(self):
        return self.page.locator("tom-notice")

    @property
    def transcript(self):
        return self.page.locator("tom-transcript ol")

    def phase(self, phase: str):
        expect(self.page.locator(f"tom-status[data-phase={phase}]")).to_be_visible()

    def call(self):
        self.page.locator("tom-call-control .primary").click()

    def call_and_wait(self):
        self.call()
        self.phase("live")
        self.event("connected")

    def hang_up(self):
        self.page.locator("tom-call-control .primary").click()
        self.phase("idle")

    def enter_token(self, token: str):
        self.page.locator("#advanced summary").click()
        self.page.fill("#token", token)

    def told(self, key: str):
        """Waits for the notice with these words (by their key) and returns its text."""
        expect(self.page.locator(f'tom-notice[data-key="{key}"]')).to_be_visible()
        return self.notice.inner_text()

    def event(self, kind: str, count: int = 1):
        """Waits until so many events of a type came, and returns the last."""
        self.page.wait_for_function("([k, n]) => observed.events.filter((e) => e.type === k).length >= n", arg=[kind, count])
        return self.events(kind)[-1]

    def events(self, kind: str):
        return self.page.evaluate("(k) => observed.events.filter((e) => e.type === k)", kind)

    def sent(self, kind: str):
        return self.page.evaluate("(k) => observed.sent.filter((m) => m.type === k)", kind)

    def levels(self, after: float = 0):
        return self.page.evaluate("(t) => observed.levels.filter((l) => l.at >= t)", after)

    def heard(self, after: float = 0):
        """Waits for sound on the loudspeaker."""
        self.page.wait_for_function("(t) => observed.levels.some((l) => l.at >= t && l.rms > 0.01)", arg=after)

    def quiet(self):
        """Waits for half a second without sound."""
        self.page.wait_for_function("() => observed.levels.length > 25 && observed.levels.slice(-25).every((l) => l.rms < 0.001)")

    def check_cut(self, at: float):
        """Checks that a reply was heard until `at`, and no sound after it before the next reply."""
        levels = self.levels(at - 1000)
        assert max(level["rms"] for level in levels if level["at"] < at) > 0.01, "the reply was heard before it was cut"
        until = min((e["at"] for e in self.events("tts_start") if e["at"] > at), default=at + 5000)
        after = [level["rms"] for level in levels if at + CUT_MS <= level["at"] < until]
        assert after and all(rms < SILENT for rms in after)

    def violations(self):
        return self.page.evaluate("observed.violations")
