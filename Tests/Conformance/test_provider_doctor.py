"""`tom doctor` and the commonest wrong settings of the engine `openai`."""

import json
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

KEY = "sk-conformance-not-to-be-seen"


class Handler(BaseHTTPRequestHandler):
    """Lists its models below /v1, as Ollama does."""

    def do_GET(self):
        found = self.path.startswith("/v1/models?")
        body = json.dumps({"object": "list", "data": [{"id": "llama3.2:latest"}, {"id": "qwen2.5:0.5b"}]}).encode()
        self.send_response(200 if found else 404)
        self.end_headers()
        self.wfile.write(body if found else b"404 page not found")

    def log_message(self, *arguments):
        pass


@pytest.fixture
def provider():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def run(tmp_path, *arguments, **settings):
    result = subprocess.run(
        [os.path.abspath(os.environ["TOM_BINARY"]), *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=60,
        env={**os.environ, "DATA_DIR": str(tmp_path), "PORT": "0", "REALTIME_LLM": "provider", "LLM_ENGINE": "openai", **settings})
    assert KEY not in result.stdout + result.stderr
    return result.stdout


def llm(tmp_path, url, model):
    found = json.loads(run(tmp_path, "doctor", "--json", LLM_PROVIDER_URL=url, LLM_MODEL=model))["findings"]
    return next(finding for finding in found if finding["check"] == "llm")


@pytest.mark.parametrize("path, model, status, detail, fix", [
    ("/v1", "llama3.2", "ok", "answers, model llama3.2", None),
    ("", "llama3.2", "warning", "there is no model list at", "LLM_PROVIDER_URL, which usually ends in /v1"),
    ("/v1", "llama32", "warning", "does not list the model llama32", "Set LLM_MODEL to one that it lists, such as llama3.2:latest"),
])
def test_the_path_and_the_model_are_looked_at(provider, tmp_path, path, model, status, detail, fix):
    found = llm(tmp_path, f"{provider}{path}?key={KEY}", model)
    assert found["status"] == status and detail in found["detail"] and (fix or "") in (found["fix"] or "")


def test_a_user_in_an_address_is_told_without_it(provider, tmp_path):
    found = llm(tmp_path, provider.replace("//", f"//user:{KEY}@") + "/v1", "llama3.2")
    assert found["status"] == "failed" and "LLM_PROVIDER_KEY" in found["fix"] and "user" not in found["detail"].split(": ")[0]


def test_an_address_is_shown_without_its_values(provider, tmp_path):
    for arguments in [("config",), ("config", "--json")]:
        shown = run(tmp_path, *arguments, LLM_PROVIDER_URL=f"{provider}/v1?key={KEY}", LLM_MODEL="m")
        assert f"{provider}/v1?key=…" in shown
