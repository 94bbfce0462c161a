"""Who is let in: keys, subprotocols of browsers, ephemeral secrets; refusals as HTTP before the upgrade."""

import json

import pytest
from openai.types.realtime import ClientSecretCreateResponse
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect as open_socket

from client import Client
from oracle import extras


@pytest.fixture(scope="module")
def keyed(start_tom):
    """A server that asks for keys, with one for everything."""
    tom = start_tom(fresh=True)
    tom.key = tom.make_key()
    return tom


def refusal(tom, status=401, query="model=gpt-realtime", **options):
    """The body of a handshake's refusal."""
    with pytest.raises(InvalidStatus) as refused:
        open_socket(f"{tom.websocket}/realtime?{query}", **options)
    response = refused.value.response
    assert response.status_code == status and response.headers["Content-Type"].startswith("application/json")
    error = json.loads(response.body)["error"]
    assert set(error) == {"message", "type", "code", "param"} and error["message"]
    return error


def bearer(key):
    return {"additional_headers": {"Authorization": f"Bearer {key}"}}


def test_a_key_opens_a_session(keyed):
    client = Client(keyed, key=keyed.key)
    assert client.created["session"]["type"] == "realtime"
    client.close()
    client.check()


@pytest.mark.parametrize("options", [{}, bearer("sk-wrong"), bearer(""), {"subprotocols": ["realtime", "openai-insecure-api-key.sk-wrong"]}])
def test_without_a_right_key_the_handshake_is_refused(keyed, options):
    error = refusal(keyed, **options)
    assert error["code"] == "invalid_api_key" and error["type"] == "invalid_request_error"


def test_a_key_opens_what_its_scope_says(keyed):
    models = keyed.make_key("models")
    error = refusal(keyed, 403, **bearer(models))
    assert error["code"] == "insufficient_permissions"
    assert keyed.ask("/models", models)[0] == 200
    status, _, body = keyed.ask("/realtime/client_secrets", models, {})
    assert status == 403 and json.loads(body)["error"]["code"] == "insufficient_permissions"


def test_keys_are_kept_as_hashes(keyed):
    kept = [path for path in keyed.folder.rglob("*") if path.is_file()]
    assert any(path.name == "keys.json" for path in kept)
    secret = keyed.key.split("_")[-1].split("-")[-1]
    assert not [path for path in kept if secret in path.read_text(errors="replace")], "neither in the key file nor in the log"


def test_a_browser_sends_its_key_as_a_subprotocol(keyed):
    client = Client(keyed, key=None, subprotocols=["realtime", f"openai-insecure-api-key.{keyed.key}"])
    assert client.socket.subprotocol == "realtime"
    client.close()
    client.check()


def test_other_methods_and_paths_answer_with_the_apis_error(keyed):
    for path, status in (("/realtime/nothing", 404), ("/modells", 404)):
        answered, _, _ = keyed.ask(path, keyed.key)
        assert answered == status
    status, headers, body = keyed.ask("/realtime?model=gpt-realtime", keyed.key)
    assert status in (400, 426) and json.loads(body)["error"]["message"]


# MARK: Ephemeral secrets


def secret(tom, key, **request):
    status, _, body = tom.ask("/realtime/client_secrets", key, request)
    assert status == 200, body
    made = json.loads(body)
    parsed = ClientSecretCreateResponse.model_validate(made, strict=True)
    assert not extras(parsed)
    return made


def test_an_ephemeral_secret_opens_the_session_it_was_made_for(keyed):
    made = secret(keyed, keyed.key, expires_after={"anchor": "created_at", "seconds": 60}, session={
        "type": "realtime", "model": "gpt-realtime", "instructions": "Made before.",
        "audio": {"input": {"turn_detection": None}, "output": {"speed": 1.1}}})
    assert made["value"].startswith("ek_") and made["session"]["instructions"] == "Made before."
    client = Client(keyed, key=None, subprotocols=["realtime", f"openai-insecure-api-key.{made['value']}"])
    session = client.created["session"]
    assert session["instructions"] == "Made before." and session["audio"]["input"]["turn_detection"] is None
    assert session["audio"]["output"]["speed"] == 1.1
    client.close()
    client.check()
    assert keyed.ask("/models", made["value"])[0] == 403, "it opens sessions only"


@pytest.mark.parametrize("request_body, param", [
    ({"expires_after": {"anchor": "created_at", "seconds": 5}}, "expires_after.seconds"),
    ({"expires_after": {"anchor": "now", "seconds": 60}}, "expires_after.anchor"),
    ({"session": {"type": "realtime", "audio": {"output": {"speed": 9}}}}, "session.audio.output.speed")])
def test_a_bad_request_for_a_secret_is_refused(keyed, request_body, param):
    status, _, body = keyed.ask("/realtime/client_secrets", keyed.key, request_body)
    error = json.loads(body)["error"]
    assert status == 400 and error["param"] == param and error["type"] == "invalid_request_error"


def test_a_secret_dies_with_its_key(keyed):
    key = keyed.make_key()
    made = secret(keyed, key, session={"type": "realtime"})
    keyed.run("keys", "revoke", keyed.last_key)
    keyed.until(lambda: not keyed.knows(key))
    assert refusal(keyed, **bearer(made["value"]))["code"]
