"""The page itself: loads clean, speaks German, works by keyboard, passes axe, stores nothing."""

import json

import pytest
from playwright.sync_api import expect

from axe import axe_violations
from conftest import MOCK
from tokens import SECRET, mint


def test_loads_without_errors_or_policy_violations(serve, browse):
    caller = browse(serve().url)
    expect(caller.page.locator("tom-live-calls [data-part=words]")).not_to_be_empty()
    assert caller.complaints == []
    assert caller.violations() == []
    policy = caller.page.request.get(caller.page.url).headers["content-security-policy"]
    assert "default-src 'none'" in policy and "'unsafe" not in policy


def test_a_call_makes_no_errors_or_policy_violations(serve, browse):
    caller = browse(serve().url)
    caller.call_and_wait()
    caller.page.fill("#text-turn", "hello")
    caller.page.keyboard.press("Enter")
    caller.event("turn_end")
    caller.hang_up()
    assert caller.complaints == []
    assert caller.violations() == []


def test_speaks_german_to_german_browsers(serve, browse):
    caller = browse(serve().url, locale="de-DE")
    assert caller.page.title() == "TOM – Telefonassistent"
    assert caller.page.locator("html").get_attribute("lang") == "de"
    expect(caller.page.get_by_role("button", name="Anrufen")).to_be_visible()
    assert caller.page.locator("#text-turn").get_attribute("placeholder") == "Tippen statt sprechen …"
    caller.call_and_wait()
    expect(caller.page.get_by_role("button", name="Auflegen")).to_be_visible()
    assert caller.page.locator("tom-keypad").get_attribute("aria-label") == "Tastenfeld"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 360])
def test_axe_finds_nothing_at_rest(serve, browse, scheme, width):
    caller = browse(serve().url, color_scheme=scheme, viewport={"width": width, "height": 800})
    for summary in caller.page.locator("summary").all():
        summary.click()
    assert axe_violations(caller.page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_call(serve, browse, scheme):
    caller = browse(serve({**MOCK, "DEV_MOCK_TTS_AUDIO_MS": "400"}).url, color_scheme=scheme)
    caller.call_and_wait()
    for summary in caller.page.locator("summary").all():
        summary.click()
    caller.page.fill("#text-turn", "hello")
    caller.page.keyboard.press("Enter")
    expect(caller.page.locator("tom-transcript .entry.agent.done").last).to_be_visible()
    caller.event("turn_end")
    assert axe_violations(caller.page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_notice(serve, browse, scheme):
    caller = browse(serve({**MOCK, "DEV_ALLOW_NO_JWT": "false", "JWT_SECRET": SECRET}).url, color_scheme=scheme)
    caller.call()
    caller.told("problem.tokenMissing")
    assert axe_violations(caller.page) == []


@pytest.mark.parametrize("width", [360, 768, 1100, 1440])
def test_nothing_is_wider_than_the_screen(serve, browse, width):
    caller = browse(serve().url, viewport={"width": width, "height": 740})
    caller.call_and_wait()
    assert caller.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_whole_call_by_keyboard(serve, browse):
    caller = browse(serve().url)
    page = caller.page
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("tom-call-control .primary")).to_be_focused()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    caller.phase("live")
    expect(page.locator("#text-turn")).to_be_enabled()
    for _ in range(30):
        if page.evaluate("document.activeElement.id") == "text-turn":
            break
        page.keyboard.press("Tab")
    expect(page.locator("#text-turn")).to_be_focused()
    page.keyboard.type("hello by keyboard")
    page.keyboard.press("Enter")
    expect(caller.transcript).to_contain_text("hello by keyboard")
    caller.event("turn_end")
    for _ in range(30):
        if page.evaluate("document.activeElement.matches('tom-call-control .primary')"):
            break
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    caller.phase("idle")


def test_screen_readers_are_told_the_status_and_the_finished_turns(serve, browse):
    caller = browse(serve().url)
    expect(caller.status).to_have_text("Ready to call")
    caller.call_and_wait()
    caller.page.fill("#text-turn", "hello")
    caller.page.keyboard.press("Enter")
    live = caller.page.locator("tom-transcript [aria-live=polite]")
    expect(live).to_contain_text("TOM: Hallo, ich bin TOM.")
    snapshot = caller.page.locator("main").aria_snapshot()
    for name in ("Call", "Conversation", "Latency", "Live calls", "Event log"):
        assert f'region "{name}"' in snapshot


def test_nothing_is_stored_with_a_token(serve, browse):
    caller = browse(serve({**MOCK, "DEV_ALLOW_NO_JWT": "false", "JWT_SECRET": SECRET}).url)
    token = mint("desk-7")
    caller.enter_token(token)
    caller.call_and_wait()
    assert caller.events("connected")[-1]["call_id"] == "desk-7"
    assert caller.page.evaluate("observed.sockets.at(-1).protocols") == ["tom.v1", f"bearer.{token}"]
    assert caller.page.input_value("#token") == ""
    stored = caller.page.evaluate(
        """async () => ({local: localStorage.length, session: sessionStorage.length, cookie: document.cookie,
           databases: await indexedDB.databases(), caches: await caches.keys(), address: location.href})""")
    address = stored.pop("address")
    assert stored == {"local": 0, "session": 0, "cookie": "", "databases": [], "caches": []}
    assert caller.page.context.cookies() == []
    state = json.dumps(caller.page.context.storage_state(indexed_db=True))
    assert token not in state and token not in address and token not in caller.page.content()


def test_log_filters_pauses_copies_and_exports(serve, browse):
    caller = browse(serve().url)
    page = caller.page
    caller.call_and_wait()
    page.fill("#text-turn", "hello")
    page.keyboard.press("Enter")
    caller.event("turn_end")
    rows = page.locator("tom-event-log li")
    page.fill("#log-filter", "turn_end")
    expect(rows).to_have_count(len(caller.events("turn_end")))
    expect(rows.first).to_contain_text("turn_end")
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("tom-event-log [data-part=said]")).to_contain_text("Copied")
    assert "<- turn_end" in page.evaluate("navigator.clipboard.readText()")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    exported = json.loads(download.value.path().read_text())
    assert [entry["type"] for entry in exported] == ["turn_end"] * len(exported) and exported
    page.fill("#log-filter", "")
    page.get_by_role("button", name="Pause").click()
    before = rows.count()
    page.fill("#text-turn", "again")
    page.keyboard.press("Enter")
    caller.event("turn_end", len(caller.events("turn_end")) + 1)
    assert rows.count() == before
    page.get_by_role("button", name="Resume").click()
    expect(rows).not_to_have_count(before)
    page.select_option("#log-group", "problem")
    expect(rows).to_have_count(0)
