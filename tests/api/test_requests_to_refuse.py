"""Requests that are too large are refused before they are read."""

import asyncio

import pytest

MANY = "/customers/recommendations"


def test_long_addresses_are_refused(client):
    answer = client.get("/customers/00123/recommendations?exclude=" + "x" * 50_000)
    assert answer.status_code == 414
    assert "at most 49,152" in answer.json()["detail"]
    assert client.get("/" + "x" * 50_000).status_code == 414


@pytest.mark.parametrize("is_told", [True, False])
def test_large_bodies_are_refused_whether_or_not_their_length_is_told(client, is_told):
    body = b'{"customer_ids": ["' + b"x" * 2**20 + b'"]}'

    async def parts():
        for at in range(0, len(body), 2**16):
            yield body[at : at + 2**16]

    told = {"Content-Type": "application/json"}
    answer = client.request("POST", MANY, content=body if is_told else parts(), headers=told)
    assert answer.status_code == 413
    assert "at most 1,048,576" in answer.json()["detail"]


def test_a_body_that_comes_in_parts_is_read(client):
    async def parts():
        for part in (b'{"customer_ids":', b' ["00123"', b"]}"):
            yield part

    told = {"Content-Type": "application/json"}
    answer = client.request("POST", MANY, content=parts(), headers=told)
    assert answer.json()["unknown"] == 0


def test_a_lie_about_the_length_is_found_out(client):
    """A server may pass on more than was told."""
    sent = []
    body = iter([{"type": "http.request", "body": b"x" * 2**19, "more_body": True}] * 5)

    async def receive():
        return next(body)

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": MANY,
        "raw_path": MANY.encode(),
        "query_string": b"",
        "headers": [(b"content-length", b"10")],
    }
    asyncio.run(client.app(scope, receive, send))
    assert sent[0]["status"] == 413
