"""Leases in Redis or Valkey: one script, and so one round trip, for each thing that is done.

Two keys a lease: `tgsession:{NAME}:lease`, "TOKEN RECORD", which expires, and `tgsession:{NAME}:last`, a hash with the last
token and the run of the server that last knew who had it. A run is named by the replication id, which is a new one each time
that a server is started, or made a master. A server in another run may have lost the lease: restarted without its data, or
promoted from a replica that was behind. Then nobody is let in for as long as that lease could have lasted; its holder may
bring it back meanwhile.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from tgsession_runtime import forks
from tgsession_runtime.errors import ConfigurationError, StoreError
from tgsession_runtime.holder import decode
from tgsession_runtime.redis_client import client_of, descriptors
from tgsession_runtime.stores import Held, shown

_FORGET = 30 * 86400  # seconds after which the last token of a session is forgotten; tokens grow with the time of day too

_BEGIN = """
local held = redis.call('GET', KEYS[1])
local token = held and string.match(held, '^%d+')
local replication = redis.call('INFO', 'replication')
local run = string.match(replication, 'master_replid:(%x+)')
"""
_END = f"redis.call('EXPIRE', KEYS[2], {_FORGET})"
# KEYS: lease, last; below too. ARGV: record, ms, the token that may be replaced.
_ACQUIRE = f"""{_BEGIN}
if held and token ~= ARGV[3] then
  return {{held, redis.call('PTTL', KEYS[1])}}
end
local last = redis.call('HMGET', KEYS[2], 'token', 'run')
if last[2] ~= run then
  local unsure = tonumber(ARGV[2])
  if string.match(replication, 'master_replid2:0+%s') then
    -- Never promoted: what it has not learnt since it was started it cannot have forgotten. Whole seconds, rounded down.
    unsure = unsure - 1000 * tonumber(string.match(redis.call('INFO', 'server'), 'uptime_in_seconds:(%d+)'))
  end
  if unsure > 0 then
    redis.call('HSET', KEYS[2], 'run', run)
    redis.call('SET', KEYS[1], '0 ', 'PX', unsure)
    {_END}
    return {{'0 ', unsure}}
  end
end
local now = redis.call('TIME')
local token = now[1] * 1000 + math.floor(now[2] / 1000)
if last[1] and tonumber(last[1]) >= token then token = tonumber(last[1]) + 1 end
token = string.format('%.0f', token)
redis.call('SET', KEYS[1], token .. ' ' .. ARGV[1], 'PX', ARGV[2])
redis.call('HSET', KEYS[2], 'token', token, 'run', run)
{_END}
return {{token}}
"""
# ARGV: token, record, ms. A lease that is gone, and was nobody's since, is put back: the store had lost it.
_RENEW = f"""{_BEGIN}
if token ~= ARGV[1] then
  if held and token ~= '0' then return 0 end
  local last = redis.call('HGET', KEYS[2], 'token')
  if last and tonumber(last) > tonumber(ARGV[1]) then return 0 end
end
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[2], 'PX', ARGV[3])
redis.call('HSET', KEYS[2], 'token', ARGV[1], 'run', run)
{_END}
return 1
"""
# ARGV: token, the token that counts as given from now on.
_RELEASE = f"""{_BEGIN}
if token ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[2], 'token', ARGV[2], 'run', run)
{_END}
return 1
"""


class RedisStore:
    """Leases in the Redis at *url*; used by one thread."""

    def __init__(self, url: str, timeout: float) -> None:
        self.address = shown(url)
        self._scripts = {text: _sha(text) for text in (_ACQUIRE, _RENEW, _RELEASE)}
        with _in_words(self.address):
            self._redis: Any = client_of(url, timeout, self._greet)

    def acquire(self, name: str, record: str, seconds: float, over: int = 0) -> int | Held:
        """Grant the lease *name*, or say who has it."""
        found = self._do(_ACQUIRE, name, record, _ms(seconds), over or "")
        return int(found[0]) if len(found) == 1 else _held(found[0], found[1])

    def renew(self, name: str, token: int, record: str, seconds: float) -> bool:
        """Let it last *seconds* from now."""
        return bool(self._do(_RENEW, name, token, record, _ms(seconds)))

    def release(self, name: str, token: int) -> bool:
        """End it at once."""
        return bool(self._do(_RELEASE, name, token, token + 1))

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
        for number in descriptors(self._redis):
            forks.silence(number)

    def _do(self, script: str, name: str, *arguments: object) -> Any:
        from redis.exceptions import NoScriptError, ReadOnlyError

        keys = _keys(name)
        try:
            return self._ask("EVALSHA", self._scripts[script], 2, *keys, *arguments, unless=NoScriptError)
        except NoScriptError:
            return self._ask("EVAL", script, 2, *keys, *arguments)
        except StoreError as error:
            if isinstance(error.__context__, ReadOnlyError):
                self.close()  # the master is a replica by now: the next connection may lead to the new one
            raise

    def _ask(self, *words: object, unless: type[Exception] | tuple[()] = ()) -> Any:
        with _in_words(self.address, unless):
            # redis-py, for a single connection, goes back to where it was: sentinels have to be asked again who is master.
            connection = getattr(self._redis, "connection", None)
            if connection is not None and getattr(connection, "_sock", None) is None:
                connection.connect()
            return self._redis.execute_command(*words)

    def _greet(self, connection: Any) -> None:
        """Ask a new connection whether what leads to it may be trusted with a lease."""
        connection.send_command("INFO", "memory")
        about = dict(line.split(":", 1) for line in connection.read_response().decode().splitlines() if ":" in line)
        if about.get("maxmemory", "0") != "0" and about.get("maxmemory_policy", "noeviction") != "noeviction":
            raise StoreError(self.address, f"it may forget a lease to save memory (maxmemory-policy {about['maxmemory_policy']})")


class _in_words:  # noqa: N801 - reads as a statement; a generator's context manager costs 1 µs more each time
    """Whatever redis-py raises, as `StoreError`, but for errors of the kind *unless*."""

    def __init__(self, address: str, unless: type[Exception] | tuple[()] = ()) -> None:
        self._address, self._unless = address, unless

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, Exception) or isinstance(error, (StoreError, ConfigurationError, self._unless)):
            return
        if type(error).__name__ == "MovedError" or str(error).startswith("MOVED "):  # the name that older versions leave out
            raise StoreError(self._address, "it is one node of a cluster: begin its address with `redis+cluster://`") from None
        # Its text may hold the user's name, never the password; the address is ours.
        raise StoreError(self._address, str(error) or type(error).__name__) from None


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
