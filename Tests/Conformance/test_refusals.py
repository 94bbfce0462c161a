"""Refusals before the upgrade: HTTP status, RFC 9457 problem, header fields; and what a token must be."""

import base64
import json
import time
import uuid

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from websockets.exceptions import InvalidStatus

from conftest import SECRET, Call


def token(call, key=SECRET, algorithm="HS256", headers=None, **changes):
    now = int(time.time())
    claims = {"sub": "tester", "call_id": call, "iat": now, "exp": now + 50, "nonce": uuid.uuid4().hex, **changes}
    return jwt.encode({k: v for k, v in claims.items() if v is not None}, key, algorithm=algorithm, headers=headers)


def refusal(url, status, **options):
    """Checks the problem document and returns the response."""
    with pytest.raises(InvalidStatus) as caught:
        Call(url, **options)
    response = caught.value.response
    assert response.status_code == status, response.body
    check_problem(status, response.headers, response.body, url)
    return response


def check_problem(status, headers, body, url):
    assert headers["content-type"].split(";")[0] == "application/problem+json"
    problem = json.loads(body)
    assert {"type", "title", "status", "detail", "instance", "code", "hint"} <= problem.keys()
    assert problem["status"] == status and isinstance(problem["code"], str) and "?" not in problem["instance"]
    if status == 401:
        assert headers["www-authenticate"].startswith("Bearer")
    if status in (429, 503):
        assert int(headers["retry-after"]) >= 0
    assert "bearer." not in str(headers).lower()


def bearer(text):
    return {"additional_headers": {"Authorization": f"Bearer {text}"}}


@pytest.fixture
def guarded(start_server):
    return start_server(JWT_SECRET=SECRET)


# Requests

@pytest.mark.parametrize("call_id", ["x" * 101, "a%20b", "a%2Fb", "%C3%A4", "a!b"])
def test_400_bad_call_id(server, call_id):
    refusal(server.url(call_id), 400)


@pytest.mark.parametrize("call_id", ["x" * 100, "A-Za.z_0:9-", "1"])
def test_good_call_ids(server, call, call_id):
    assert call(server.url(call_id)).wait("connected")["call_id"] == call_id


@pytest.mark.parametrize("path", ["/ws/stream/", "/ws/other", "/ws/stream/a/b"])
def test_404_unknown_path(server, path):
    refusal(f"ws://127.0.0.1:{server.port}{path}", 404)


def test_404_of_a_plain_request(server):
    status, headers, body = server.http("/v1/nothing")
    assert status == 404
    check_problem(404, headers, body, "")


def test_409_call_id_already_live(server, call):
    one = call(server.url("twice"))
    one.wait("connected")
    refusal(server.url("twice"), 409)
    one.send({"type": "stop"})
    one.until_closed()
    assert call(server.url("twice")).wait("connected")


def test_426_not_a_websocket_request(server):
    status, headers, body = server.http("/ws/stream/plain")
    assert status == 426 and headers["upgrade"].lower() == "websocket"
    check_problem(426, headers, body, "")


def test_429_too_many_connections(start_server):
    server = start_server(DEV_ALLOW_NO_JWT="true", RATE_LIMIT_CONN_PER_MIN=3)
    opened = [Call(server.url()) for _ in range(3)]
    assert int(refusal(server.url(), 429).headers["retry-after"]) >= 1
    for one in opened:
        one.close()


def test_503_at_capacity(start_server):
    server = start_server(DEV_ALLOW_NO_JWT="true", MAX_CALLS=1)
    one = Call(server.url())
    one.wait("connected")
    refusal(server.url(), 503)
    one.send({"type": "stop"})
    one.until_closed()
    again = Call(server.url())
    assert again.wait("connected")
    again.close()


def test_403_origin(start_server, server):
    listed = start_server(DEV_ALLOW_NO_JWT="true", WS_ORIGIN_ALLOWLIST="https://phone.example")
    refusal(listed.url(), 403, origin="https://evil.example")
    Call(listed.url(), origin="https://phone.example").close()
    refusal(server.url(), 403, origin="https://evil.example")
    Call(server.url(), origin=f"http://127.0.0.1:{server.port}").close()


def test_403_address(start_server):
    refusal(start_server(DEV_ALLOW_NO_JWT="true", WS_IP_ALLOWLIST="10.9.0.0/16").url(), 403)


# Tokens

@pytest.mark.parametrize("way", ["header", "query", "subprotocol"])
def test_a_token_travels_three_ways(guarded, way):
    call_id = f"way-{way}-{uuid.uuid4().hex}"
    text = token(call_id)
    options = {
        "header": (guarded.url(call_id), bearer(text)),
        "query": (guarded.url(call_id) + f"?t={text}", {}),
        "subprotocol": (guarded.url(call_id), {"subprotocols": ["tom.v1", f"bearer.{text}"]}),
    }
    url, how = options[way]
    one = Call(url, **how)
    assert one.wait("connected")["call_id"] == call_id and one.socket.subprotocol == "tom.v1"
    assert "bearer." not in str(one.socket.response.headers)
    one.close()
    assert text not in guarded.logged() and text.split(".")[2] not in guarded.logged()


def test_401_missing_token(guarded):
    refusal(guarded.url(), 401)


@pytest.mark.parametrize("changes", [
    {"exp": int(time.time()) - 120}, {"exp": None}, {"nonce": None}, {"sub": None}, {"iat": None},
    {"exp": int(time.time()) + 3600}, {"nbf": int(time.time()) + 3600}, {"iat": int(time.time()) + 3600}, {"call_id": None},
], ids=lambda c: "-".join(f"{k}:{'none' if v is None else 'changed'}" for k, v in c.items()))
def test_401_of_claims(guarded, changes):
    call_id = uuid.uuid4().hex
    with pytest.raises(InvalidStatus) as caught:
        Call(guarded.url(call_id), **bearer(token(call_id, **changes)))
    # a token for no call is forbidden rather than unauthenticated
    assert caught.value.response.status_code in ((401, 403) if "call_id" in changes else (401,))


def test_401_of_forgeries(guarded):
    call_id = uuid.uuid4().hex
    good = token(call_id)
    head, body, mark = good.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    changed = token("another").split(".")[1]
    for text in [token(call_id, key="x" * 40), f"{none}.{body}.", f"{head}.{changed}.{mark}", "garbage", f"{head}.{body}", good[:-4]]:
        refusal(guarded.url(call_id), 401, **bearer(text))
    assert "invalid_token" in refusal(guarded.url(call_id), 401, **bearer("x.y.z")).headers["www-authenticate"]


def test_401_of_a_replay(guarded):
    call_id = uuid.uuid4().hex
    text = token(call_id)
    Call(guarded.url(call_id), **bearer(text)).close()
    refusal(guarded.url(call_id), 401, **bearer(text))


def test_jti_stands_for_nonce(guarded):
    call_id = uuid.uuid4().hex
    text = token(call_id, nonce=None, jti=uuid.uuid4().hex)
    Call(guarded.url(call_id), **bearer(text)).close()
    refusal(guarded.url(call_id), 401, **bearer(text))


def test_403_of_another_call(guarded):
    refusal(guarded.url("mine"), 403, **bearer(token("other")))


def test_a_bad_token_is_refused_even_where_none_is_needed(server):
    refusal(server.url(), 401, **bearer("x.y.z"))


def test_issuer_and_audience(start_server):
    server = start_server(JWT_SECRET=SECRET, JWT_ISSUER="https://issuer.example", JWT_AUDIENCE="tom")
    call_id = uuid.uuid4().hex
    for claims in ({}, {"iss": "https://issuer.example"}, {"iss": "https://other.example", "aud": "tom"}):
        refusal(server.url(call_id), 401, **bearer(token(call_id, **claims)))
    Call(server.url(call_id), **bearer(token(call_id, iss="https://issuer.example", aud=["x", "tom"]))).close()


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_keys_of_a_jwks_file(start_server, tmp_path_factory, algorithm):
    make = {
        "RS256": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
        "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
        "EdDSA": ed25519.Ed25519PrivateKey.generate,
    }
    keys = {name: build() for name, build in make.items()}
    described = []
    for name, key in keys.items():
        public = jwt.get_algorithm_by_name(name).to_jwk(key.public_key(), as_dict=True)
        public = {k: v for k, v in public.items() if k != "key_ops"}
        described.append({**public, "kid": name, "alg": name, "use": "sig"})
    path = tmp_path_factory.mktemp("jwks") / "keys.json"
    path.write_text(json.dumps({"keys": described}))
    server = start_server(fresh=True, JWT_JWKS_FILE=str(path))
    call_id = uuid.uuid4().hex
    one = Call(server.url(call_id), **bearer(token(call_id, keys[algorithm], algorithm, {"kid": algorithm})))
    assert one.wait("connected")
    one.close()
    other = make[algorithm]()
    refusal(server.url(), 401, **bearer(token(call_id, other, algorithm, {"kid": algorithm})))
    server.close()
