"""Leases in Redis or Valkey: one script, and so one round trip, for each thing that is done.

Two keys a lease: `tgsession:{NAME}:lease`, "TOKEN RECORD", which expires, and `tgsession:{NAME}:last`, a hash with the last
token and the run of the server (its `run_id`) that gave it. A server that another run has served before may have lost the
lease: restarted without its data, or promoted from a replica that was behind. Then nobody is let in for as long as that
lease could have lasted; its holder may bring it back meanwhile.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from tgsession_runtime import forks
from tgsession_runtime.errors import ConfigurationError, StoreError
from tgsession_runtime.holder import decode
from tgsession_runtime.stores import Held, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redis import Redis

_SENTINEL_PORT = 26379
_FORGET = 30 * 86400  # seconds after which the last token of a session is forgotten; tokens grow with the time of day too
_NEVER_PROMOTED = "0" * 40

# KEYS: lease, last. ARGV: record, ms, run, how long this run cannot be sure of nobody in ms, the same for a name that is
# known here, the token that may be replaced.
_ACQUIRE = f"""
local held = redis.call('GET', KEYS[1])
if held and string.match(held, '^%d+') ~= ARGV[6] then
  return {{held, redis.call('PTTL', KEYS[1])}}
end
local last = redis.call('HMGET', KEYS[2], 'token', 'run')
if not held and last[2] ~= ARGV[3] then
  local unsure = tonumber(last[1] and ARGV[5] or ARGV[4])
  if unsure > 0 then
    redis.call('HSET', KEYS[2], 'run', ARGV[3])
    redis.call('SET', KEYS[1], '0 ', 'PX', unsure)
    return {{'0 ', unsure}}
  end
end
local now = redis.call('TIME')
local token = now[1] * 1000 + math.floor(now[2] / 1000)
if last[1] and tonumber(last[1]) >= token then token = tonumber(last[1]) + 1 end
token = string.format('%.0f', token)
redis.call('SET', KEYS[1], token .. ' ' .. ARGV[1], 'PX', ARGV[2])
redis.call('HSET', KEYS[2], 'token', token, 'run', ARGV[3])
redis.call('EXPIRE', KEYS[2], {_FORGET})
return {{token}}
"""
# ARGV: token, record, ms. A lease that is gone, and was nobody's since, is put back: the store had lost it.
_RENEW = """
local held = redis.call('GET', KEYS[1])
local token = held and string.match(held, '^%d+')
if token ~= ARGV[1] then
  if held and token ~= '0' then return 0 end
  local last = redis.call('HGET', KEYS[2], 'token')
  if last and tonumber(last) > tonumber(ARGV[1]) then return 0 end
  redis.call('HSET', KEYS[2], 'token', ARGV[1])
end
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[2], 'PX', ARGV[3])
return 1
"""
# ARGV: token, the token that counts as given from now on, run.
_RELEASE = """
local held = redis.call('GET', KEYS[1])
if not held or string.match(held, '^%d+') ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[2], 'token', ARGV[2], 'run', ARGV[3])
return 1
"""


class RedisStore:
    """Leases in the Redis at *url*; one connection, one thread."""

    def __init__(self, url: str, timeout: float) -> None:
        self.address = shown(url)
        self._timeout = timeout
        self._scripts = {text: _sha(text) for text in (_ACQUIRE, _RENEW, _RELEASE)}
        self._run, self._up_since, self._promoted = "", 0.0, False
        self._redis: Any = self._client(url)

    def acquire(self, name: str, record: str, seconds: float, over: int = 0) -> int | Held:
        """Grant the lease *name*, or say who has it."""
        self._connect()
        unsure = max(0.0, seconds - (time.monotonic() - self._up_since))
        known = seconds if self._promoted else unsure
        found = self._do(_ACQUIRE, name, record, _ms(seconds), self._run, _ms(unsure), _ms(known), over or "")
        if len(found) == 1:
            return int(found[0])
        return _held(found[0], found[1])

    def renew(self, name: str, token: int, record: str, seconds: float) -> bool:
        """Let it last *seconds* from now."""
        return bool(self._do(_RENEW, name, token, record, _ms(seconds)))

    def release(self, name: str, token: int) -> bool:
        """End it at once."""
        self._connect()
        return bool(self._do(_RELEASE, name, token, token + 1, self._run))

    def read(self, name: str) -> Held | None:
        """Who has it."""
        key = _keys(name)[0]
        # One after the other: a lease that ends in between has no time left, which is true.
        value, left = self._ask("GET", key), self._ask("PTTL", key)
        return None if value is None else _held(value, max(0, left))

    def close(self) -> None:
        """Let go of the connection."""
        with suppress(Exception):  # it may be in any state; what matters is that it goes
            self._redis.close()
            self._redis.connection_pool.disconnect()

    def after_fork_in_child(self) -> None:
        """The connection is the parent's."""
        for number in self._descriptors():
            forks.silence(number)

    def _descriptors(self) -> list[int]:
        connection = getattr(self._redis, "connection", None)
        sock = getattr(connection, "_sock", None)
        return [number] if sock is not None and (number := sock.fileno()) >= 0 else []

    def _connect(self) -> None:
        """Make sure that there is a connection, and so that we know which run of the server it is to."""
        connection: Any = self._redis.connection
        if getattr(connection, "_sock", None) is None:
            with _in_words(self.address):
                connection.connect()

    def _do(self, script: str, name: str, *arguments: object) -> Any:
        keys = _keys(name)
        with _in_words(self.address):
            from redis.exceptions import NoScriptError

            try:
                return self._redis.execute_command("EVALSHA", self._scripts[script], 2, *keys, *arguments)
            except NoScriptError:
                return self._redis.execute_command("EVAL", script, 2, *keys, *arguments)

    def _ask(self, *words: object) -> Any:
        with _in_words(self.address):
            return self._redis.execute_command(*words)

    def _client(self, url: str) -> Redis:
        redis = _library()
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        # Never twice by itself: how often, and until when, is for the lease to say.
        options: dict[str, Any] = {
            "socket_timeout": self._timeout, "socket_connect_timeout": self._timeout, "retry": Retry(NoBackoff(), 0),
            "retry_on_timeout": False, "decode_responses": False, "redis_connect_func": self._greet, "client_name": "tgsession",
        }  # fmt: skip
        scheme = urlsplit(url).scheme
        with _in_words(self.address):
            if scheme == "redis+sentinel":
                return _of_sentinels(redis, url, options)
            plain = url.replace("redis+socket://", "unix://", 1)
            pool = redis.ConnectionPool.from_url(plain, max_connections=1, **options)
            return redis.Redis(connection_pool=pool, single_connection_client=True)  # type: ignore[no-any-return]

    def _greet(self, connection: Any) -> None:
        """Ask a new connection which run of the server it leads to, and how long that has been up."""
        connection.on_connect()
        connection.send_command("INFO")
        about = dict(line.split(":", 1) for line in connection.read_response().decode().splitlines() if ":" in line)
        self._run = about.get("run_id", "")
        # Whole seconds, rounded down: the wait that follows from it is never too short.
        self._up_since = time.monotonic() - int(about.get("uptime_in_seconds", 0))
        self._promoted = about.get("master_replid2", _NEVER_PROMOTED).strip("0") != ""
        if about.get("maxmemory", "0") != "0" and about.get("maxmemory_policy", "noeviction") != "noeviction":
            raise StoreError(self.address, f"it may forget a lease to save memory (maxmemory-policy {about['maxmemory_policy']})")


class _in_words:  # noqa: N801 - reads as a statement; a generator's context manager costs 1 µs more each time
    """Whatever redis-py raises, as `StoreError`."""

    def __init__(self, address: str) -> None:
        self._address = address

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is None or not isinstance(error, Exception) or isinstance(error, (StoreError, ConfigurationError)):
            return
        # Its text may hold the user's name, never the password; the address is ours.
        raise StoreError(self._address, str(error) or type(error).__name__) from None


def _library() -> Any:
    try:
        import redis
    except ImportError:
        raise ConfigurationError(
            "a lease in Redis needs the package `redis`", 'install it: `pip install "tgsession-guard[redis]"`', why="nothing was connected"
        ) from None
    return redis


def _of_sentinels(redis: Any, url: str, options: Mapping[str, Any]) -> Redis:
    """The client of `redis+sentinel://[user:password@]HOST[:PORT][,HOST[:PORT]…]/SERVICE[/DB]`."""
    parts = urlsplit(url)
    credentials, _, hosts = parts.netloc.rpartition("@")
    service, _, number = parts.path.strip("/").partition("/")
    user, _, password = credentials.partition(":")
    sentinels = [(host, int(port or _SENTINEL_PORT)) for host, _, port in (one.partition(":") for one in hosts.split(","))]
    limits = {name: options[name] for name in ("socket_timeout", "socket_connect_timeout")}
    secret = parse_qs(parts.query).get("sentinel_password")
    sentinel = redis.Sentinel(sentinels, sentinel_kwargs={**limits, **({"password": secret[0]} if secret else {})})
    login = {"username": unquote(user) or None, "password": unquote(password) or None} if credentials else {}
    pool = redis.sentinel.SentinelConnectionPool(service, sentinel, db=int(number or 0), max_connections=1, **login, **options)
    return redis.Redis(connection_pool=pool, single_connection_client=True)  # type: ignore[no-any-return]


def _keys(name: str) -> tuple[str, str]:
    # In braces: the two keys of a name lie on one node of a cluster.
    return f"tgsession:{{{name}}}:lease", f"tgsession:{{{name}}}:last"


def _held(value: bytes, left_ms: int) -> Held:
    token, _, record = bytes(value).partition(b" ")
    return Held(int(token) if token.isdigit() else -1, decode(record) if record else None, max(0, int(left_ms)) / 1000)


def _ms(seconds: float) -> int:
    return int(seconds * 1000)


def _sha(text: str) -> str:
    from hashlib import sha1

    return sha1(text.encode(), usedforsecurity=False).hexdigest()
