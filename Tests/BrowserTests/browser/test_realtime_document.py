"""docs/realtime.md: what it says a page writes, in a real Chromium, with another address and a secret."""

import json
import re
import urllib.request

from server import ROOT


def snippet(port):
    section = (ROOT / "docs/realtime.md").read_text().split("\n### A page in a browser\n")[1].split("\n### ")[0]
    code, = re.findall(r"```js\n(.*?)```", section, re.S)
    assert "127.0.0.1:8080" in code
    return code.replace("127.0.0.1:8080", f"127.0.0.1:{port}")


def secret(server):
    request = urllib.request.Request(
        f"{server.url}/v1/realtime/client_secrets", method="POST", headers={"Content-Type": "application/json"},
        data=json.dumps({"session": {"type": "realtime", "output_modalities": ["text"]}}).encode())
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)["value"]


def test_the_documents_page_opens_a_session(serve, browse, tmp_path):
    server = serve({"DATA_DIR": str(tmp_path), "REALTIME_STT": "mock", "REALTIME_LLM": "mock", "REALTIME_TTS": "mock"})
    value = secret(server)
    caller = browse(server.url)
    caller.page.evaluate(f"(secret) => {{\n{snippet(server.port)}\n}}", value)
    assert caller.event("session.created")["session"]["output_modalities"] == ["text"]
    assert caller.event("session.updated")["session"]["instructions"] == "Be brief."
    line, = caller.page.evaluate("observed.sockets")
    assert line["protocols"] == ["realtime", f"openai-insecure-api-key.{value}"]
    assert caller.page.evaluate("observed.lines[0].protocol") == "realtime"
    assert caller.events("error") == [] and caller.complaints == []
