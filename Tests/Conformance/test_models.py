"""`tom models` against a real HTTP server: ranges, breaks, lies about what it serves, and what may not be asked at all."""

import hashlib
import json
import os
import random
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

MODEL = random.Random(1).randbytes(1_500_000)
CONFIG = b'{"sample_rate": 22050}'


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """Serves `files`, with ranges unless `ranges` is off; breaks off after the counts of bytes in `breaks`, one a request."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        server, asked = self.server, self.headers.get("Range")
        server.requests.append((self.path, asked))
        if self.path in server.redirects:
            self.send_response(302)
            self.send_header("Location", server.redirects[self.path])
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        data = server.files.get(self.path)
        if data is None:
            self.send_error(404)
            return
        begin = int(asked.removeprefix("bytes=").rstrip("-")) if asked and server.ranges else 0
        if begin >= len(data) > 0 and asked and server.ranges:
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(data)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        rest = data[begin:]
        self.send_response(206 if asked and server.ranges else 200)
        if asked and server.ranges:
            self.send_header("Content-Range", f"bytes {begin}-{len(data) - 1}/{len(data)}")
        self.send_header("Content-Length", server.length or str(len(rest)))
        self.end_headers()
        cut = server.breaks.pop(0) if server.breaks else None
        self.wfile.write(rest[:cut])
        if cut is not None:
            self.close_connection = True

    def log_message(self, *arguments):
        pass


@pytest.fixture
def source():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.ranges, server.breaks, server.requests, server.redirects = True, [], [], {}
    server.length = None
    server.files = {"/voice.onnx": MODEL, "/voice.onnx.json": CONFIG}
    server.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def models(tmp_path):
    """Runs `tom models`, with the directory of this test."""

    def run(*arguments, **environment):
        return subprocess.run(
            [os.path.abspath(os.environ["TOM_BINARY"]), "models", *map(str, arguments)], capture_output=True, text=True, timeout=60,
            cwd=tmp_path, env={**os.environ, "MODELS_DIR": str(tmp_path / "models"), **environment})

    run.directory = tmp_path / "models"
    run.path = tmp_path
    return run


def begin(asked):
    return int(asked.removeprefix("bytes=").rstrip("-"))


def manifest(source, **changes):
    files = [
        {"name": "voice.onnx", "url": f"{source.url}/voice.onnx", "sha256": sha256(MODEL), "size": len(MODEL)},
        {"name": "voice.onnx.json", "url": f"{source.url}/voice.onnx.json", "sha256": sha256(CONFIG)},
    ]
    files[0].update(changes)
    return {"manifest": 1, "models": [{"name": "voice", "kind": "tts", "licence": "CC0-1.0", "files": files}]}


def add(models, source, *arguments, **changes):
    path = models.path / "given.json"
    path.write_text(json.dumps(manifest(source, **changes)))
    return models("add", "voice", "--manifest", path, *arguments)


def test_a_model_is_fetched_listed_and_verified(models, source):
    run = add(models, source, "--json")
    assert run.returncode == 0, run.stderr
    assert run.stderr == "", "no progress for scripts"
    added = json.loads(run.stdout)
    assert (added["name"], added["state"], added["size"]) == ("voice", "ok", len(MODEL) + len(CONFIG))
    assert (models.directory / "voice" / "voice.onnx").read_bytes() == MODEL
    listed = models("list")
    assert listed.stdout.split() == ["voice", "tts", "1", "MB", "CC0-1.0", "ok"]
    assert json.loads(models("list", "--json").stdout)["models"] == [added]
    assert models("verify").stdout.split() == ["ok", "voice"]
    # what is there is not fetched again
    before = len(source.requests)
    assert models("add", "voice").returncode == 0 and len(source.requests) == before


def test_a_manifest_comes_from_an_address_and_files_from_a_mirror(models, source):
    mirrored = {f"/mirror/voice{path}": data for path, data in source.files.items()}
    given = json.dumps(manifest(source, url="https://192.0.2.1/voice.onnx")).encode()
    source.files = {"/manifest.json": given, **mirrored}
    run = models("add", "voice", "--manifest", f"{source.url}/manifest.json", "--mirror", f"{source.url}/mirror")
    assert run.returncode == 0, run.stderr


def test_a_manifest_from_an_address_names_no_files_of_this_machine(models, source):
    secret = models.path / "secret"
    secret.write_bytes(MODEL)
    for url in [str(secret), f"file://{secret}"]:
        source.files["/manifest.json"] = json.dumps(manifest(source, url=url)).encode()
        run = models("add", "voice", "--manifest", f"{source.url}/manifest.json")
        assert run.returncode == 1 and "models.bad_manifest" in run.stderr, run.stderr
    assert not models.directory.exists()


def test_a_download_that_breaks_off_goes_on_where_it_ended(models, source):
    source.breaks = [500_000, 300_000]
    assert add(models, source).returncode == 0
    first, second, third = [asked for path, asked in source.requests if path == "/voice.onnx"]
    # what was sent last before a break may be lost with it
    assert first is None and 0 < begin(second) <= 500_000 and begin(second) < begin(third) <= begin(second) + 300_000
    assert (models.directory / "voice" / "voice.onnx").read_bytes() == MODEL


def test_a_download_goes_on_in_another_run(models, source):
    source.breaks = [400_000, 0, 0, 0]
    run = add(models, source)
    assert run.returncode == 1 and "models.connection_lost" in run.stderr
    kept = (models.directory / "voice" / "voice.onnx.part").stat().st_size
    assert 0 < kept <= 400_000 and f"{kept} bytes are kept" in run.stderr
    assert not (models.directory / "voice" / "voice.onnx").exists()
    source.breaks, source.requests[:] = [], []
    assert add(models, source).returncode == 0
    assert source.requests[0] == ("/voice.onnx", f"bytes={kept}-")
    assert (models.directory / "voice" / "voice.onnx").read_bytes() == MODEL


def test_a_server_without_ranges_is_begun_anew(models, source):
    source.ranges, source.breaks = False, [500_000]
    assert add(models, source).returncode == 0
    assert (models.directory / "voice" / "voice.onnx").read_bytes() == MODEL


@pytest.mark.parametrize("left", [MODEL[:-1] + b"?", MODEL + b"more", b"x" * 1000])
def test_what_another_file_left_behind_does_no_harm(models, source, left):
    (models.directory / "voice").mkdir(parents=True)
    (models.directory / "voice" / "voice.onnx.part").write_bytes(left)
    run = add(models, source)
    assert run.returncode == 0, run.stderr
    assert (models.directory / "voice" / "voice.onnx").read_bytes() == MODEL


def test_a_part_of_unknown_size_beyond_the_end_is_begun_anew(models, source):
    (models.directory / "voice").mkdir(parents=True)
    (models.directory / "voice" / "voice.onnx.json.part").write_bytes(b"x" * 100)
    assert add(models, source).returncode == 0
    assert (models.directory / "voice" / "voice.onnx.json").read_bytes() == CONFIG


def test_a_wrong_hash_is_refused_and_leaves_nothing(models, source):
    source.files["/voice.onnx"] = MODEL[:-1] + b"!"
    run = add(models, source)
    assert run.returncode == 1 and "models.wrong_hash" in run.stderr and sha256(MODEL) in run.stderr
    assert list((models.directory / "voice").iterdir()) == []
    assert models("list", "--json").stdout and json.loads(models("list", "--json").stdout)["models"] == []


def test_more_than_the_manifest_says_is_refused(models, source):
    source.files["/voice.onnx"] = MODEL + b"more"
    assert "models.wrong_size" in add(models, source).stderr


def test_a_length_beyond_all_bounds_is_refused(models, source):
    (models.directory / "voice").mkdir(parents=True)
    (models.directory / "voice" / "voice.onnx.json.part").write_bytes(CONFIG[:4])
    source.length = "9223372036854775807"
    run = models("add", "voice", "--kind", "tts", "--licence", "MIT", "--from", f"{source.url}/voice.onnx.json", "--sha256", sha256(CONFIG))
    assert run.returncode == 1 and "models.too_large" in run.stderr, run.stderr


def test_a_file_that_changed_later_is_found(models, source):
    assert add(models, source).returncode == 0
    path = models.directory / "voice" / "voice.onnx"
    path.write_bytes(MODEL[:-1] + b"!")
    run = models("verify", "--json")
    (verdict,) = json.loads(run.stdout)["models"]
    assert run.returncode == 1 and (verdict["name"], verdict["ok"], verdict["code"]) == ("voice", False, "models.wrong_hash")
    assert models("add", "voice").returncode == 0 and models("verify").returncode == 0, "adding it again mends it"


def test_redirects_are_followed_within_what_is_allowed(models, source):
    source.redirects = {"/moved": "/voice.onnx"}
    assert add(models, source, url=f"{source.url}/moved").returncode == 0
    source.redirects = {"/out": "http://192.0.2.1/voice.onnx", "/loop": "/loop", "/file": "file:///etc/passwd"}
    source.files["/voice.onnx"] = MODEL[::-1]
    for path, code in [("/out", "egress_forbidden"), ("/loop", "redirect"), ("/file", "redirect")]:
        run = add(models, source, url=source.url + path, sha256=sha256(MODEL[::-1]))
        assert run.returncode == 1 and f"models.{code}" in run.stderr, run.stderr


def test_an_address_outside_is_asked_only_where_allowed(models, source):
    run = add(models, source, url="https://192.0.2.1/voice.onnx")
    assert run.returncode == 1 and "models.egress_forbidden" in run.stderr and "ALLOW_EGRESS" in run.stderr
    assert source.requests == []


@pytest.mark.parametrize("name", ["../voice.onnx", "/etc/passwd", "..", "a/b.onnx", ".bashrc", "voice.tar.gz"])
def test_a_manifest_cannot_write_elsewhere(models, source, name):
    run = add(models, source, name=name)
    assert run.returncode == 1 and ("models.bad_name" in run.stderr or "models.archive" in run.stderr), run.stderr
    assert not models.directory.exists() and source.requests == []


def test_files_are_added_from_addresses_with_their_hash(models, source):
    url = f"{source.url}/voice.onnx"
    run = models("add", "v2", "--kind", "tts", "--licence", "MIT", "--from", url)
    assert run.returncode == 1 and "--sha256" in run.stderr
    run = models("add", "v2", "--kind", "tts", "--licence", "MIT", "--from", url, "--sha256", sha256(MODEL))
    assert run.returncode == 0, run.stderr
    assert models("verify", "v2").returncode == 0


@pytest.mark.parametrize(
    "arguments", [["add"], ["add", "x", "--from", "y"], ["add", "x", "--kind", "tts"], ["nonsense"],
                  ["add", "x", "--from", "y", "--kind", "song", "--licence", "MIT"],
                  ["add", "x", "--from", "y", "--kind", "tts", "--licence", "MIT", "--manifest", "m"]])
def test_wrong_usage_is_status_64(models, arguments):
    assert models(*arguments).returncode == 64


def test_an_unknown_model_and_a_server_that_is_gone_are_said(models, source):
    assert "models.unknown" in models("add", "nothing").stderr
    source.server_close()
    run = add(models, source)
    assert run.returncode == 1 and "models.unreachable" in run.stderr, run.stderr


def test_the_doctor_knows_the_models(models, source):
    def finding():
        run = subprocess.run(
            [os.path.abspath(os.environ["TOM_BINARY"]), "doctor", "--json"], capture_output=True, text=True, cwd=models.path,
            env={**os.environ, "MODELS_DIR": str(models.directory), "REALTIME_STT": "mock", "REALTIME_LLM": "mock",
                 "REALTIME_TTS": "mock", "PORT": "0"})
        (found,) = [f for f in json.loads(run.stdout)["findings"] if f["check"] == "models"]
        return found["status"]

    assert finding() == "ok"
    assert add(models, source).returncode == 0
    assert finding() == "ok"
    (models.directory / "voice" / "voice.onnx").unlink()
    assert finding() == "warning"
