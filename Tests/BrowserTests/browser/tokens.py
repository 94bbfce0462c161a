"""Tokens as an operator's system would mint them: HS256 by hand, so that the server's own code is not its oracle."""

import base64
import hashlib
import hmac
import json
import secrets
import time

SECRET = "a secret for tests, longer than thirty-two bytes"


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def mint(call_id: str, secret: str = SECRET, lifetime: int = 50) -> str:
    now = int(time.time())
    claims = {"sub": "browser-test", "call_id": call_id, "iat": now, "exp": now + lifetime, "nonce": secrets.token_hex(8)}
    body = ".".join(_part(json.dumps(value).encode()) for value in ({"alg": "HS256", "typ": "JWT"}, claims))
    signature = hmac.new(secret.encode(), body.encode(), hashlib.sha256).digest()
    return f"{body}.{_part(signature)}"
