"""Session strings are told from everything that only looks like one."""

from __future__ import annotations

import base64
import random
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telethon.crypto import AuthKey
from telethon.sessions import StringSession

from tests.lint.sessions import IPV4, IPV6, key, pyrogram_string, telethon_string
from tgsession_lint.session_strings import Kind, Match, find, kind_of, looks_like_api_hash, looks_like_bot_token

RUN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
EVERY_KIND = {
    "telethon, IPv4": telethon_string(address=IPV4),
    "telethon, IPv6": telethon_string(address=IPV6),
    "pyrogram 1, 32 bits": pyrogram_string(length=351),
    "pyrogram 1, 64 bits": pyrogram_string(length=356),
    "pyrogram 2": pyrogram_string(length=362),
}

every_kind = pytest.mark.parametrize("string", EVERY_KIND.values(), ids=EVERY_KIND.keys())
seeds = st.integers(0, 2**32)
strings = st.one_of(
    st.builds(
        telethon_string,
        seeds,
        address=st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))
        .map(str)
        .filter(lambda it: it not in ("0.0.0.0", "::")),
        port=st.sampled_from([80, 443, 5222]),
        dc=st.integers(1, 5),
    ),
    st.builds(
        pyrogram_string,
        seeds,
        length=st.sampled_from([351, 356, 362]),
        user=st.integers(1, 2**31 - 1),
        dc=st.integers(1, 5),
    ),
)
before = st.text().filter(lambda text: text[-1:] not in RUN)
after = st.text().filter(lambda text: text[:1] not in RUN and text[:1] != "=")


@given(before, strings, after)
def test_session_string_is_found_at_its_place_in_any_text(left: str, string: str, right: str) -> None:
    found = [*find(left + string + right)]

    kind: Kind = "telethon" if len(string) in {353, 369} else "pyrogram"
    assert found == [Match(kind, len(left), len(left) + len(string))]


@given(st.text(), strings, st.text())
def test_offsets_in_bytes_are_counted_in_bytes(left: str, string: str, right: str) -> None:
    head, tail = (text.encode("utf-8", "surrogatepass") for text in (left + "'", "'" + right))

    found = [*find(head + string.encode() + tail)]

    assert [(match.start, match.end) for match in found] == [(len(head), len(head) + len(string))]


@given(seeds, st.sampled_from([351, 352, 353, 356, 362, 368, 369]))
def test_random_base64_of_the_same_length_is_no_session_string(seed: int, length: int) -> None:
    noise = base64.urlsafe_b64encode(random.Random(seed).randbytes(300)).decode()[:length]

    assert [*find(f'token = "{noise}"')] == []
    assert [*find(f'token = "1{noise[1:-1]}="')] == []


@pytest.mark.parametrize("letter", ["A", "B", "1", "x", "-", "_"])
@pytest.mark.parametrize("length", [351, 353, 356, 362, 369])
def test_placeholder_is_no_session_string(letter: str, length: int) -> None:
    assert [*find(letter * length)] == []
    assert [*find("1" + letter * (length - 1))] == []


@pytest.mark.parametrize("port", [443, 80, 5222])
def test_port_that_telegram_serves_is_a_session_string(port: int) -> None:
    assert kind_of(telethon_string(port=port)) == "telethon"


@pytest.mark.parametrize(("port", "dc"), [(22, 2), (0, 2), (443, 0), (443, 6), (443, 255)])
def test_what_telegram_does_not_serve_is_no_session_string(port: int, dc: int) -> None:
    assert kind_of(telethon_string(port=port, dc=dc)) is None


def test_string_without_a_key_is_no_secret() -> None:
    session = StringSession()
    session.set_dc(2, IPV4, 443)
    session.auth_key = AuthKey(bytes(255) + b"\1")
    with_key = session.save()
    session.auth_key = AuthKey(b"\0" * 256)

    assert kind_of(with_key) == "telethon"
    assert kind_of(session.save()) is None


@every_kind
def test_longer_or_shorter_run_is_no_session_string(string: str) -> None:
    assert [*find("a" + string)] == []
    assert [*find("a" + string[1:].rstrip("="))] == [] or string[0] == "a"
    assert [*find(string.rstrip("=") + "aa")] == []
    assert [*find(string.rstrip("=")[:-1])] == []


@every_kind
def test_string_after_an_escaped_line_end_is_found(string: str) -> None:
    text = '{"text": ["Your session:\\n' + string + '\\n"]}'

    assert [text[match.start : match.end] for match in find(text)] == [string]


@every_kind
def test_string_on_a_line_of_a_diff_is_found(string: str) -> None:
    assert [match.start for match in find(f"@@ -1 +0,0 @@\n-{string}\n")] == [len("@@ -1 +0,0 @@\n-")]


def test_telethon_string_whose_padding_is_written_otherwise_is_found() -> None:
    string = telethon_string()
    text = f"?session={string[:-1]}%3D"

    assert [text[match.start : match.end] for match in find(text)] == [string[:-1]]


@every_kind
@pytest.mark.parametrize("width", [40, 64, 76, 120, 300])
@pytest.mark.parametrize(
    "between",
    ["\n", "\r\n", '"\n    "', "\\\n", "' \\\n    '", '" +\n  "', '"\n    b"'],
    ids=["newline", "crlf", "implicit", "backslash", "both", "plus", "bytes"],
)
def test_string_wrapped_over_lines_is_found(string: str, width: int, between: str) -> None:
    wrapped = between.join(textwrap.wrap(string, width, break_on_hyphens=False))
    text = f"first = 1\nsession = '''{wrapped}'''\nlast = 2\n"

    places = [text[match.start : match.end] for match in find(text)]

    assert places == [wrapped]


@every_kind
def test_neighbouring_lines_do_not_hide_a_string(string: str) -> None:
    text = "\n".join(["a" * 60, "b" * 20, string, "API_ID", string, "c" * 60])

    assert [text[match.start : match.end] for match in find(text)] == [string, string]


@every_kind
def test_match_does_not_tell_the_secret(string: str) -> None:
    (match,) = find(string)

    assert not any(string[at : at + 8] in f"{match!r} {match!s}" for at in range(len(string) - 8))


def test_text_without_ascii_crashes_nothing() -> None:
    assert [*find("\udcff\U0001f511" * 400)] == []
    assert kind_of("é" * 351) is None
    assert kind_of("?" * 362) is None


@given(st.binary(max_size=2000))
def test_no_bytes_crash_the_search(data: bytes) -> None:
    assert [*find(data)] == []


@pytest.mark.parametrize("spaces", [" ", "\t", "\n", '"'])
def test_blanks_without_end_are_passed_over(spaces: str) -> None:
    long = spaces * 200_000

    assert [*find("a" * 400 + long + "b" * 400 + long)] == []


@given(st.binary(min_size=16, max_size=16))
def test_api_hash_is_lower_case_hexadecimal(raw: bytes) -> None:
    value = raw.hex()

    assert not looks_like_api_hash(value[1:])
    assert not looks_like_api_hash(value + "0")
    assert not looks_like_api_hash("g" + value[1:])
    assert not looks_like_api_hash(value[1:] + "A")


@pytest.mark.parametrize("seed", range(50))
def test_random_hash_looks_like_an_api_hash(seed: int) -> None:
    assert looks_like_api_hash(key(seed)[:16].hex())


@pytest.mark.parametrize(
    "value",
    [
        "0123456789abcdef0123456789abcdef",
        "1234567890abcdef1234567890abcdef",
        "abcdef0123456789abcdef0123456789",
        "fedcba9876543210fedcba9876543210",
        "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6",
        "deadbeefdeadbeefdeadbeefdeadbeef",
        "0" * 32,
        "f" * 32,
        "01" * 16,
        "",
    ],
)
def test_placeholder_does_not_look_like_an_api_hash(value: str) -> None:
    assert not looks_like_api_hash(value)


@pytest.mark.parametrize("seed", range(50))
def test_random_token_looks_like_a_bot_token(seed: int) -> None:
    token = base64.urlsafe_b64encode(key(seed)[:27]).decode()[:35]

    assert looks_like_bot_token(f"{6_000_000_000 + seed}:{token}")


@pytest.mark.parametrize(
    "value",
    [
        "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11",
        "123456789:ABCdefGHIjklMNOpqrsTUVwxyz123456789",
        "12345678:" + "A" * 35,
        "12345:" + "AAHzq7Yp0rKx2LmWvBn4Ds9Tg6Uj1Qe5Xc8",
        "１２３４５６７:" + "AAHzq7Yp0rKx2LmWvBn4Ds9Tg6Uj1Qe5Xc8",
        "6000000000:AAHzq7Yp0rKx2LmWvBn4Ds9Tg6Uj1Qe5Xc",
        "6000000000",
        "12:30",
    ],
)
def test_anything_else_does_not_look_like_a_bot_token(value: str) -> None:
    assert not looks_like_bot_token(value)
