"""Spoken conversations with the embedded engines: a microphone fed from a WAV, an analyser at the loudspeaker."""

from playwright.sync_api import expect

from conftest import MOCK, OPEN
from speech import say


def test_a_whole_spoken_conversation(serve, browse, tmp_path):
    microphone = say(tmp_path, "question", 9.0, "What are your opening hours?")
    caller = browse(serve(OPEN).url, microphone=microphone)
    caller.call_and_wait()
    caller.heard()  # the greeting
    final = caller.event("stt_final")
    assert "opening hours" in final["text"].lower()
    expect(caller.transcript.locator(".caller .text").last).to_contain_text("opening hours", ignore_case=True)
    end = caller.page.wait_for_function(
        "(id) => observed.events.find((e) => e.type === 'turn_end' && e.turn_id === id)", arg=final["turn_id"]).json_value()
    assert end["status"] == "completed"
    caller.heard(after=final["at"])
    said = "".join(e["text"] for e in caller.events("llm_token") if e["response_id"] == end["response_id"])
    reply = caller.transcript.locator(".agent.done .text").last
    assert said.strip() and reply.inner_text().split() == said.split()
    row = caller.page.locator(f'tom-waterfall tr[data-turn="{final["turn_id"]}"]')
    expect(row).to_be_visible()
    expect(row.locator(".bar .part.endpointing")).to_have_count(1)
    total = float(row.locator("td.number").inner_text().removesuffix(" ms").replace(",", ""))
    assert abs(total - end["latency"]["e2e_ms"]) <= 1
    expect(caller.page.locator("tom-waterfall .summary .total")).to_contain_text("ms")
    caller.quiet()
    check_playback_reports(caller, end["response_id"])
    live = caller.page.locator("tom-live-calls tbody tr")
    expect(live).to_contain_text(caller.events("connected")[-1]["call_id"])
    caller.hang_up()
    caller.event("stopped")


def check_playback_reports(caller, response_id):
    """`playback` comes about every 100 ms, never goes back, and the last one says the whole reply was played."""
    reports = [m for m in caller.sent("playback") if m["response_id"] == response_id]
    played = [m["played_ms"] for m in reports]
    assert played == sorted(played) and len(played) >= 5
    steps = [b - a for a, b in zip(played, played[1:])]
    assert max(steps) <= 200, steps
    sound = caller.page.evaluate(
        """(id) => { let open = false, bytes = 0;
           for (const e of observed.events) {
             if (e.type === 'tts_start') open = e.response_id === id;
             else if (e.type === 'tts_end' && e.response_id === id) open = false;
             else if (e.type === 'binary' && open) bytes += e.size;
           } return bytes; }""", response_id)
    assert abs(played[-1] - sound / 32) <= 5


def test_speech_during_the_reply_cuts_it(serve, browse, tmp_path):
    microphone = say(
        tmp_path, "interruption", 1.5, "What are your opening hours?", 2.4, "I would like to leave a message please")
    caller = browse(serve({**OPEN, "AGENT_GREETING": "false"}).url, microphone=microphone)
    caller.call_and_wait()
    cut = caller.event("barge_in")
    caller.quiet()
    caller.check_cut(cut["at"])
    expect(caller.page.locator("tom-event-log li", has_text="barge_in").first).to_be_visible()
    entry = caller.transcript.locator(".agent.interrupted").first
    expect(entry).to_be_visible()
    heard = cut["heard_text"].strip()
    expect(entry.locator(".text")).to_have_text(heard or "(interrupted before a word was heard)")


def test_the_stop_button_cuts_the_reply(serve, browse):
    caller = browse(serve({**MOCK, "DEV_MOCK_TTS_AUDIO_MS": "8000", "AGENT_GREETING": "false"}).url)
    caller.call_and_wait()
    caller.page.fill("#text-turn", "hello")
    caller.page.keyboard.press("Enter")
    caller.heard()
    button = caller.page.get_by_role("button", name="Stop reply")
    expect(button).to_be_enabled()
    button.click()
    caller.quiet()
    sent = caller.sent("barge_in")
    assert len(sent) == 1 and 0 < sent[0]["played_ms"] < 8000
    caller.check_cut(sent[0]["at"])
    expect(caller.transcript.locator(".agent.interrupted")).to_be_visible()


def test_json_framing_carries_sound_both_ways(serve, browse, tmp_path):
    microphone = say(tmp_path, "json", 1.0, "Hello there, how are you?")
    caller = browse(serve({**MOCK, "AGENT_GREETING": "false"}).url, microphone=microphone)
    caller.page.locator("#advanced summary").click()
    caller.page.check("#json-framing")
    caller.call_and_wait()
    assert caller.events("connected")[-1]["audio"]["framing"] == "json"
    assert caller.event("stt_final")["text"] == "Test erkannt"
    caller.heard()
    caller.event("turn_end")
    assert caller.events("binary") == [] and caller.sent("binary") == []
    assert len(caller.events("tts_audio")) > 10 and len(caller.sent("audio_chunk")) > 50


def test_what_is_said_before_the_line_is_open_is_not_lost(serve, browse, slow_door, tmp_path):
    microphone = say(tmp_path, "early", 0.4, "What are your opening hours?")
    server = serve({**OPEN, "AGENT_GREETING": "false"})
    caller = browse(slow_door(server.port, delay=3.0), microphone=microphone)
    caller.call()
    caller.phase("connecting")
    assert "opening hours" in caller.event("stt_final")["text"].lower()
    sizes = [m["size"] for m in caller.sent("binary")]
    assert sum(size for size in sizes if size > 640) >= 2 * 32000, "seconds of audio were kept and sent in few messages"


def test_typed_turns_and_keys(serve, browse):
    caller = browse(serve({**MOCK, "AGENT_GREETING": "false"}).url)
    page = caller.page
    page.select_option("#microphone", "none")
    caller.call_and_wait()
    expect(page.get_by_role("button", name="Mute")).to_be_disabled()
    page.fill("#text-turn", "good morning")
    page.get_by_role("button", name="Send").click()
    expect(caller.transcript.locator(".caller.typed .text")).to_have_text("good morning")
    expect(caller.transcript.locator(".agent.done .text")).to_have_text("Hallo, ich bin TOM.")
    page.locator("summary", has_text="Keypad").click()
    for name in ("Key 4", "Key 2", "Key hash"):
        page.get_by_role("button", name=name).click()
    expect(caller.transcript.locator(".caller.dtmf .text")).to_have_text("42#")
    assert [m["digit"] for m in caller.sent("dtmf")] == ["4", "2", "#"]
    assert caller.sent("binary") == []


def test_the_microphone_is_sent_in_frames_with_echo_cancellation(serve, browse, tmp_path):
    microphone = say(tmp_path, "level", "one two three four five six seven eight nine ten")
    caller = browse(serve({**MOCK, "AGENT_GREETING": "false"}).url, microphone=microphone)
    caller.call_and_wait()
    meter = caller.page.locator("#microphone-level")
    caller.page.wait_for_function("() => Number(document.querySelector('#microphone-level').getAttribute('aria-valuenow')) > -40")
    assert meter.get_attribute("role") == "meter"
    caller.page.wait_for_function("() => observed.sent.filter((m) => m.type === 'binary').length > 100")
    sizes = [m["size"] for m in caller.sent("binary")]
    assert all(size % 640 == 0 and size <= 32000 for size in sizes) and sizes[-1] == 640
    wanted = caller.page.evaluate("observed.tracks[0].wanted.audio.echoCancellation")
    assert wanted is True
    first = caller.page.evaluate("observed.sent[0]")
    assert (first["type"], first["framing"]) == ("start", "binary")
    caller.page.get_by_role("button", name="Mute").click()
    caller.page.wait_for_function("() => document.querySelector('#microphone-level').getAttribute('aria-valuenow') === '-60'")
