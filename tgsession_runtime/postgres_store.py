"""Leases in PostgreSQL: a row a login, and one statement, and so one round trip, for each thing that is done.

`line` and `begun` are the run of the server that last knew who had the lease: the cluster with its timeline, which is a new
one when a standby is promoted or a backup recovered, and when the server was started. A server in another run may have lost
the lease: then nobody is let in for as long as that could have lasted; its holder may bring it back meanwhile.
Times are those of the server's clock.
"""

from __future__ import annotations

import random
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tgsession_runtime import forks
from tgsession_runtime.errors import ConfigurationError, StoreError
from tgsession_runtime.holder import decode
from tgsession_runtime.stores import Held, shown

if TYPE_CHECKING:
    from collections.abc import Generator

_TABLE = """
CREATE TABLE IF NOT EXISTS tgsession_leases (
  name text PRIMARY KEY, lease bigint, last bigint NOT NULL, record text NOT NULL, ends timestamptz NOT NULL,
  line text NOT NULL, begun timestamptz NOT NULL
)"""
# A commit that is not on the disk before it is answered may be lost in a crash: so none of ours is, whatever the database says.
_HERE = """
WITH here AS MATERIALIZED (
  SELECT clock_timestamp() AS now, pg_postmaster_start_time() AS begun,
    (SELECT system_identifier FROM pg_control_system()) || '.' || left(pg_walfile_name(pg_current_wal_lsn()), 8) AS line,
    %(seconds)s * interval '1 second' AS kept, set_config('synchronous_commit', 'on', true)
)"""
# `lease` is the token; 0 while nobody gets in, null while nobody has it. `wait` is how long a lease could last yet that is
# forgotten: all of its time after another line, and for who is new in a line that is not the first; else what is left of it
# since the server was started.
_ACQUIRE = f"""{_HERE}, wish AS MATERIALIZED (
  SELECT *, greatest(kept - (now - begun), interval '0') AS young, floor(extract(epoch FROM now) * 1000)::bigint AS clock FROM here
), mine AS (
  INSERT INTO tgsession_leases AS l (name, lease, last, record, ends, line, begun)
  SELECT %(name)s, CASE WHEN wait IS NULL THEN clock ELSE 0 END, CASE WHEN wait IS NULL THEN clock ELSE 0 END,
    CASE WHEN wait IS NULL THEN %(record)s ELSE '' END, now + coalesce(wait, kept), line, begun
  FROM (SELECT *, nullif(CASE WHEN right(line, 8) > '00000001' THEN kept ELSE young END, interval '0') AS wait FROM wish) AS unknown
  ON CONFLICT (name) DO UPDATE SET (lease, last, record, ends, line, begun) = (
    SELECT CASE WHEN wait IS NULL THEN token ELSE 0 END, CASE WHEN wait IS NULL THEN token ELSE l.last END,
      CASE WHEN wait IS NULL THEN %(record)s ELSE '' END, now + coalesce(wait, kept), known.line, known.begun
    FROM (
      SELECT *, greatest(l.last + 1, clock) AS token,
        CASE WHEN l.line <> wish.line THEN kept WHEN l.begun <> wish.begun THEN nullif(young, interval '0') END AS wait FROM wish
    ) AS known
  )
  WHERE l.lease IS NULL OR l.ends <= (SELECT now FROM wish) OR l.lease = %(over)s
  RETURNING lease, record, ends
)
SELECT lease > 0, lease, record, extract(epoch FROM ends - clock_timestamp()) FROM mine
UNION ALL
SELECT false, lease, record, extract(epoch FROM ends - clock_timestamp()) FROM tgsession_leases
WHERE name = %(name)s AND lease IS NOT NULL AND NOT EXISTS (SELECT FROM mine)
"""  # noqa: S608 - no value is put into a statement but by the server
# One that is gone, and was nobody's since, is put back: the server had lost it.
_RENEW = f"""{_HERE}
INSERT INTO tgsession_leases AS l (name, lease, last, record, ends, line, begun)
SELECT %(name)s, %(token)s, %(token)s, %(record)s, now + kept, line, begun FROM here
ON CONFLICT (name) DO UPDATE SET lease = excluded.lease, last = excluded.last, record = excluded.record, ends = excluded.ends,
  line = excluded.line, begun = excluded.begun
WHERE l.lease = %(token)s OR ((l.lease IS NULL OR l.lease = 0 OR l.ends <= (SELECT now FROM here)) AND l.last <= %(token)s)
RETURNING true
"""  # noqa: S608 - as above
_RELEASE = f"""{_HERE}
UPDATE tgsession_leases AS l SET lease = NULL, last = %(token)s + 1, record = '', line = here.line, begun = here.begun
FROM here WHERE name = %(name)s AND lease = %(token)s AND ends > now RETURNING true
"""  # noqa: S608 - as above
_READ = """
SELECT lease, record, extract(epoch FROM ends - clock_timestamp()) FROM tgsession_leases
WHERE name = %(name)s AND lease IS NOT NULL AND ends > clock_timestamp()
"""
_TRIES = 3


class PostgresStore:
    """Leases in the PostgreSQL at *url*; one connection, one thread."""

    def __init__(self, url: str, timeout: float) -> None:
        self.address = shown(url)
        self._url, self._timeout = url, timeout
        self._psycopg = _library()
        self._connection: Any = None

    def acquire(self, name: str, record: str, seconds: float, over: int = 0) -> int | Held:
        """Grant the lease *name*, or say who has it."""
        for _ in range(_TRIES):  # who got it in this very moment is not seen by the same statement
            found = self._do(_ACQUIRE, name=name, record=record, seconds=seconds, over=over or None)
            if found is not None:
                granted, token, *rest = found
                return int(token) if granted else _held(token, *rest)
        return Held(-1, None, 0.0)

    def renew(self, name: str, token: int, record: str, seconds: float) -> bool:
        """Let it last *seconds* from now."""
        return self._do(_RENEW, name=name, token=token, record=record, seconds=seconds) is not None

    def release(self, name: str, token: int) -> bool:
        """End it at once."""
        return self._do(_RELEASE, name=name, token=token, seconds=0.0) is not None

    def read(self, name: str) -> Held | None:
        """Who has it."""
        found = self._do(_READ, name=name)
        return None if found is None else _held(*found)

    def close(self) -> None:
        """Let go of the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):  # it may be in any state; what matters is that it goes
                connection.close()

    def after_fork_in_child(self) -> None:
        """The connection is the parent's."""
        with suppress(Exception):  # one that is broken has no descriptor
            forks.silence(self._connection.pgconn.socket)

    def _do(self, statement: str, **values: object) -> Any:
        """The first row of what the server answers; None if there is none."""
        try:
            if self._connection is None:
                self._connection = self._connect()
            return self._ask(statement, values)
        except (self._psycopg.Error, TimeoutError) as error:
            self.close()  # the next connection may lead to another server
            text = str(error).strip().partition("\n")[0]
            raise StoreError(self.address, text or type(error).__name__) from None

    def _ask(self, statement: str, values: dict[str, object]) -> Any:
        errors, end = self._psycopg.errors, time.monotonic() + self._timeout
        while True:
            try:
                done = self._connection.execute(statement, values)
                return done.fetchone() if done.description else None
            except errors.UndefinedTable:
                with suppress(errors.UniqueViolation, errors.DuplicateTable):  # others made it in this very moment
                    self._connection.execute(_TABLE)
            except errors.SerializationFailure:  # where that is the database's default level of isolation
                if time.monotonic() > end:
                    raise
                time.sleep(random.uniform(0, 0.01))  # noqa: S311 - no secret

    def _connect(self) -> Any:
        try:
            self._psycopg.conninfo.conninfo_to_dict(self._url)
        except self._psycopg.ProgrammingError:  # which quotes the very part that cannot be read, the password too
            raise StoreError(self.address, "it cannot be read: what is special in it has to be written as `%2F`") from None
        # psycopg counts whole seconds, at least two. No prepared statements: a pooler may hand the next one to another server.
        found = _timed(self._psycopg.Connection, self._timeout).connect(
            self._url, autocommit=True, connect_timeout=max(2, round(self._timeout)), prepare_threshold=None, application_name="tgsession"
        )
        if found.execute("SHOW fsync").fetchone() == ("off",):
            found.close()
            raise StoreError(self.address, "it may forget a lease when it crashes (fsync is off)")
        return found


def _timed(kind: Any, timeout: float) -> Any:
    """The class of connections *kind*, of which each wait ends after *timeout* seconds."""

    class Timed(kind):  # type: ignore[misc]
        def wait(self, work: Generator[Any, Any, Any], interval: float = 0.05) -> Any:
            return super().wait(_within(timeout, work), interval)

    return Timed


def _within(seconds: float, work: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
    """*work*, which says what it waits for and is told what is ready, until *seconds* are over."""
    end = time.monotonic() + seconds
    try:
        wanted = next(work)
        while True:
            ready = yield wanted
            if not ready and time.monotonic() > end:
                work.close()
                raise TimeoutError(f"no answer in time ({seconds:g} s)")
            wanted = work.send(ready)
    except StopIteration as done:
        return done.value


def _held(token: int, record: str, left: Any) -> Held:
    return Held(int(token), decode(record.encode()) if record else None, max(0.0, float(left)))


def _library() -> Any:
    try:
        import psycopg
    except ImportError as error:  # also where there is no libpq
        raise ConfigurationError(
            f"a lease in PostgreSQL needs the package `psycopg`, and that cannot be loaded: {str(error).partition(chr(10))[0]}",
            'install it: `pip install "tgsession-guard[postgres]"`, and `"psycopg[binary]"` where the system has no libpq',
            why="nothing was connected",
        ) from None
    return psycopg
