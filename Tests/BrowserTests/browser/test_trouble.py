"""What goes wrong, and the words for it: microphone, origin, token, limits, drain, lost connections."""

import signal

from playwright.sync_api import expect

from conftest import MOCK
from tokens import SECRET, mint

GUARDED = {**MOCK, "DEV_ALLOW_NO_JWT": "false", "JWT_SECRET": SECRET}


def test_permission_denied(serve, browse):
    caller = browse(serve().url, allowed=False)
    caller.call()
    assert "does not let this page use the microphone" in caller.told("problem.permission")
    caller.phase("idle")
    caller.page.get_by_role("button", name="Call without a microphone").click()
    caller.phase("live")
    expect(caller.page.locator("#microphone")).to_have_value("none")
    expect(caller.notice).to_be_hidden()


def test_no_microphone(serve, browse):
    caller = browse(serve().url, fake=False)
    caller.call()
    assert "No microphone was found" in caller.told("problem.noDevice")
    caller.phase("idle")


def test_insecure_origin(serve, browse):
    server = serve()
    caller = browse(
        f"http://tom.test:{server.port}/", flags=["--host-resolver-rules=MAP tom.test 127.0.0.1"], allowed=False)
    assert "https://" in caller.told("problem.insecure")
    caller.notice.get_by_role("button").click()
    caller.call()
    caller.told("problem.insecure")
    caller.phase("idle")
    assert caller.page.evaluate("observed.sockets") == []


def test_token_missing_refused_and_spent(serve, browse):
    caller = browse(serve(GUARDED).url)
    caller.call()
    assert "wants an access token" in caller.told("problem.tokenMissing")
    caller.page.get_by_role("button", name="Enter a token").click()
    expect(caller.page.locator("#token")).to_be_focused()
    caller.page.fill("#token", mint("call-1", secret="another secret, also longer than thirty-two bytes"))
    caller.call()
    assert "was refused" in caller.told("problem.tokenRefused")
    token = mint("call-2")
    caller.page.fill("#token", token)
    caller.call_and_wait()
    caller.hang_up()
    caller.page.fill("#token", token)
    caller.call()
    caller.told("problem.tokenRefused")


def test_what_is_no_token_is_not_sent(serve, browse):
    caller = browse(serve(GUARDED).url)
    caller.enter_token("not a token")
    caller.call()
    expect(caller.page.locator("#token")).to_be_focused()
    expect(caller.page.locator("#token-hint")).to_contain_text("not a JWT")
    assert caller.page.evaluate("observed.sockets") == []


def test_a_lost_line_with_a_token_asks_for_a_fresh_one(serve, browse):
    server = serve(GUARDED)
    caller = browse(server.url)
    caller.enter_token(mint("call-1"))
    caller.call_and_wait()
    server.kill()
    assert "good for one call only" in caller.told("problem.tokenSpent")
    caller.phase("idle")


def test_a_token_that_runs_out_ends_the_call(serve, browse):
    caller = browse(serve({**GUARDED, "JWT_ENDS_CALL": "true"}).url)
    caller.enter_token(mint("call-1", lifetime=8))
    caller.call_and_wait()
    assert "no longer valid" in caller.told("problem.authorisationEnded")
    caller.phase("idle")
    expect(caller.page.get_by_role("button", name="Enter a token")).to_be_visible()


def test_too_much_that_the_server_refuses(serve, browse):
    caller = browse(serve().url)
    caller.call_and_wait()
    caller.page.evaluate("for (let i = 0; i < 20; i++) observed.lines[0].send('{\"type\": \"nonsense\"}')")
    assert "did not accept" in caller.told("problem.protocol")
    caller.phase("idle")


def test_a_page_that_was_held_up_keeps_its_call(serve, browse):
    caller = browse(serve().url)
    caller.call_and_wait()
    before = len(caller.sent("binary"))
    caller.page.evaluate("() => { const end = performance.now() + 5000; while (performance.now() < end); }")
    caller.page.wait_for_function("(n) => observed.sent.filter((m) => m.type === 'binary').length > n + 150", arg=before)
    assert max(m["size"] for m in caller.sent("binary")[before:]) == 16000, "what had waited went in messages of half a second"
    caller.phase("live")


def test_too_many_calls_from_one_address(serve, browse):
    caller = browse(serve({**MOCK, "RATE_LIMIT_CONN_PER_MIN": "2"}).url)
    for _ in range(2):
        caller.call_and_wait()
        caller.hang_up()
    caller.call()
    assert "Too many calls" in caller.told("problem.rateLimit")


def test_too_many_messages(serve, browse):
    caller = browse(serve({**MOCK, "RATE_LIMIT_MSGS_PER_SEC": "5"}).url)
    caller.call()
    assert "too many messages" in caller.told("problem.overload")
    caller.phase("idle")


def test_all_lines_busy(serve, browse):
    server = serve({**MOCK, "MAX_CALLS": "1"})
    browse(server.url).call_and_wait()
    second = browse(server.url)
    second.call()
    assert "All lines are busy" in second.told("problem.capacity")


def test_call_id_already_live(serve, browse):
    server = serve()
    callers = [browse(server.url), browse(server.url)]
    for caller in callers:
        caller.page.locator("#advanced summary").click()
        caller.page.fill("#call-id", "front-desk")
    callers[0].call_and_wait()
    callers[1].call()
    assert "already live" in callers[1].told("problem.callLive")


def test_draining_server(serve, browse):
    server = serve({**MOCK, "DEV_MOCK_TTS_AUDIO_MS": "20000"})
    first, second = browse(server.url), browse(server.url)
    first.call_and_wait()
    server.signal(signal.SIGTERM)
    second.page.wait_for_function("() => fetch('/readyz').then((answer) => answer.status === 503)")
    second.call()
    assert "shutting down" in second.told("problem.draining")
    first.phase("live")
    server.signal(signal.SIGTERM)
    first.phase("reconnecting")
    assert "shutting down" in first.told("problem.draining")


def test_unreachable_server(serve, browse):
    server = serve()
    caller = browse(server.url)
    server.stop()
    caller.call()
    assert "cannot be reached" in caller.told("problem.unreachable")
    caller.phase("idle")


def test_reconnects_on_a_fresh_line(serve, browse):
    server = serve({**MOCK, "AGENT_GREETING": "false"})
    caller = browse(server.url)
    caller.call_and_wait()
    first = caller.events("connected")[-1]["call_id"]
    server.kill()
    caller.phase("reconnecting")
    expect(caller.status).to_contain_text("Reconnecting: attempt")
    caller.told("problem.connectionLost")
    server.start()
    caller.phase("live")
    second = caller.event("connected", 2)["call_id"]
    assert second != first
    expect(caller.transcript).to_contain_text("Connection lost")
    before = len(caller.sent("binary"))
    caller.page.wait_for_function("(n) => observed.sent.filter((m) => m.type === 'binary').length > n + 20", arg=before)


def test_hanging_up_while_reconnecting_ends_it(serve, browse):
    server = serve()
    caller = browse(server.url)
    caller.call_and_wait()
    server.kill()
    caller.phase("reconnecting")
    caller.hang_up()
    sockets = len(caller.page.evaluate("observed.sockets"))
    server.start()
    caller.page.wait_for_timeout(2500)
    assert len(caller.page.evaluate("observed.sockets")) == sockets
    caller.phase("idle")


def test_microphones_are_listed_and_followed(serve, browse):
    caller = browse(serve().url)
    page = caller.page
    page.evaluate("navigator.mediaDevices.getUserMedia({audio: true}).then((s) => s.getTracks().forEach((t) => t.stop()))")
    page.evaluate("navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    expect(page.locator("#microphone option", has_text="Fake Audio Input 1")).to_have_count(1)
    page.select_option("#microphone", label="Fake Audio Input 1")
    # Unplugged: the list of devices shrinks, and the browser says so.
    page.evaluate(
        """() => { const all = navigator.mediaDevices.enumerateDevices.bind(navigator.mediaDevices);
           navigator.mediaDevices.enumerateDevices = async () =>
             (await all()).filter((device) => device.label !== 'Fake Audio Input 1');
           navigator.mediaDevices.dispatchEvent(new Event('devicechange')); }""")
    expect(page.locator("#microphone option", has_text="Fake Audio Input 1")).to_have_count(0)
    expect(page.locator("#microphone")).to_have_value("")


def test_an_unplugged_microphone_is_replaced_during_the_call(serve, browse):
    caller = browse(serve().url)
    caller.call_and_wait()
    caller.page.evaluate("observed.tracks.at(-1).track.dispatchEvent(new Event('ended'))")
    assert "The call goes on with" in caller.told("microphone.switched")
    before = len(caller.sent("binary"))
    caller.page.wait_for_function("(n) => observed.sent.filter((m) => m.type === 'binary').length > n + 20", arg=before)


def test_the_microphone_is_freed_when_the_call_ends(serve, browse):
    caller = browse(serve().url)
    caller.call_and_wait()
    caller.hang_up()
    assert caller.page.evaluate("observed.tracks.map(({track}) => track.readyState)") == ["ended"]
