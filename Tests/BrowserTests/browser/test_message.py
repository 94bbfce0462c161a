"""The product's whole story in one call by voice: a question, an interruption, a message that is taken and kept."""

import array
import json
import math
import urllib.request
import wave

from playwright.sync_api import expect

from axe import axe_violations
from conftest import OPEN
from speech import say

# The microphone plays one file from the call's beginning. Each silence lasts as long as what TOM says meanwhile and three
# seconds more, for a loaded machine; only the second ends within an answer. Keys are pressed between the name and the message.
STORY = (
    8.0, "What are your opening hours?",
    2.4, "I would like to leave a message.",
    8.0, "Peter Johnson.",
    13.5, "My bicycle has a flat tyre. Please call me back tomorrow.",
    16.5, "Yes.",
)
NUMBER = "73082"
WORDLESS = "(heard, not put into words)"  # what is kept as a recording

# The turn_end of the reply whose text holds all the words, once it was played to its end.
REPLY = """(words) => {
  const text = (end) => observed.events.filter((e) => e.type === 'llm_token' && e.response_id === end.response_id)
    .map((e) => e.text).join('');
  return observed.events.find((e) => e.type === 'turn_end' && e.status === 'completed'
    && words.every((word) => text(e).includes(word)));
}"""


def test_a_message_is_left_by_voice(serve, browse, tmp_path):
    server = serve(OPEN)
    caller = browse(server.url, microphone=say(tmp_path, "story", *STORY))
    caller.call_and_wait()
    hear(caller, "Miller and Sons")
    interrupt(caller)
    hear(caller, "your name")
    hear(caller, "What number")
    press(caller, NUMBER + "#")
    hear(caller, "What is your message")
    hear(caller, "read that back", "7 3 0, 8 2", "Is that correct")
    hear(caller, "your message is saved")
    check_page(caller)
    caller.hang_up()
    assert caller.event("stopped")["reason"] == "caller_hung_up"
    (message,) = json.load(urllib.request.urlopen(f"{server.url}/v1/messages"))["messages"]
    assert message["call_id"] == caller.events("connected")[-1]["call_id"]
    assert (message["fields"]["number"], message["fields"]["confirmed"]) == (NUMBER, "yes")
    check_kept(tmp_path / "data" / "messages", message)


def hear(caller, *words):
    """Waits until a reply with these words was said, and checks that the loudspeaker sounded meanwhile."""
    end = caller.page.wait_for_function(REPLY, arg=words).json_value()
    begin = next(e["at"] for e in caller.events("tts_start") if e["response_id"] == end["response_id"])
    levels = [level["rms"] for level in caller.levels(begin) if level["at"] < end["at"]]
    assert sum(rms > 0.01 for rms in levels) > len(levels) / 3, words


def interrupt(caller):
    """The caller speaks into the opening hours: the answer falls silent, and the page shows how far it came."""
    cut = caller.event("barge_in")
    caller.event("tts_start", 3)  # the greeting, the answer, the next question
    caller.check_cut(cut["at"])
    assert cut["heard_text"].startswith("We are open")
    expect(caller.transcript.locator(".agent.interrupted .text")).to_have_text(cut["heard_text"].strip())


def press(caller, keys):
    caller.page.locator("summary", has_text="Keypad").click()
    for key in keys:
        caller.page.get_by_role("button", name=f"Key {'hash' if key == '#' else key}").click()


def check_page(caller):
    """The page of the running call tells the story: what both said, what was done, how long each answer took."""
    assert len(caller.events("barge_in")) == 1, "nothing else was interrupted"
    assert [(e["name"], e["status"]) for e in caller.events("tool_call")] == [
        ("take_message", "started"), ("take_message", "done")]
    assert caller.transcript.locator(".caller .text").all_inner_texts() == [
        "what are your opening hours", "i would like to leave a message", WORDLESS, NUMBER + "#", WORDLESS, "yes"]
    replies = caller.transcript.locator(".agent.done .text")
    expect(replies).to_have_count(6)
    expect(replies.last).to_contain_text("your message is saved")
    answered = [e["turn_id"] for e in caller.events("turn_end") if e["latency"]["e2e_ms"] is not None]
    rows = caller.page.locator("tom-waterfall tr[data-turn]").evaluate_all("(rows) => rows.map((row) => row.dataset.turn)")
    assert len(answered) == 6 and rows == answered[::-1]
    assert caller.complaints == [] and caller.violations() == []
    assert axe_violations(caller.page) == []
    caller.phase("live")


def check_kept(folder, message):
    """The message is one line of `messages.jsonl`, and its recordings hold the caller's voice."""
    (line,) = (folder / "messages.jsonl").read_text().splitlines()
    kept = json.loads(line)
    assert kept["id"] == message["id"]
    seconds = {}
    for recording in kept["recordings"]:
        assert recording["file"] in message["audio"]
        with wave.open(str(folder / "recordings" / recording["file"])) as sound:
            assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (16000, 1, 2)
            samples = array.array("h", sound.readframes(sound.getnframes()))
        assert math.hypot(*samples) / math.sqrt(len(samples)) > 0.01 * 32768, f"{recording} holds a voice"
        seconds[recording["part"]] = len(samples) / 16000
    assert seconds["name"] > 0.8 and seconds["concern"] > 3.5
