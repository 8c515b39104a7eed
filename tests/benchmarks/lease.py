"""What a lease costs beside redis-py's own `Lock`, on one Redis: `python -m tests.benchmarks.lease`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from statistics import median

import redis
from redis.lock import Lock

from tests.celery_support import redis_broker, until
from tests.stress.report import Report
from tgsession_runtime.holder import current
from tgsession_runtime.redis_store import RedisStore

_TIMES, _ROUNDS = 400, 15
_MOST = 1.2  # times redis-py's own


def main() -> int:
    """Measure, judge, print."""
    with redis_broker() as address:
        url = address.replace("redis+socket", "unix")
        store, client = RedisStore(url, 3.0), redis.Redis.from_url(url)
        record = current().encode().decode().strip()
        until(lambda: int(client.info("server")["uptime_in_seconds"]) >= 1, "the store is old enough")  # type: ignore[index,arg-type]
        lock = Lock(client, "theirs", timeout=60)

        def ours() -> None:
            store.release("ours", int(store.acquire("ours", record, 0.5)))  # type: ignore[call-overload]

        def theirs() -> None:
            lock.acquire()
            lock.release()

        # In turn, so that whatever else the machine does meets both.
        pairs = [(_microseconds(ours), _microseconds(theirs)) for _ in range(_ROUNDS)]
        token = int(store.acquire("renewed", record, 0.5))  # type: ignore[call-overload]
        before = client.info("commandstats")
        renewal = _microseconds(lambda: store.renew("renewed", token, record, 60.0))
        after = client.info("commandstats")
    ratio = median(mine / other for mine, other in pairs)
    report = Report(f"a lease beside redis-py {redis.__version__}'s Lock, medians of {_ROUNDS} rounds of {_TIMES}")
    report.figure("acquire and release, µs", median(mine for mine, _ in pairs))
    report.figure("redis-py's Lock, µs", median(other for _, other in pairs))
    report.figure("times redis-py's Lock", ratio, f"<= {_MOST}", ratio <= _MOST)
    report.figure("renew, µs", renewal)
    trips = (_calls(after, "evalsha") - _calls(before, "evalsha")) / _TIMES
    report.figure("round trips to renew", trips, "1", trips == 1)
    return report.end()


def _calls(stats: object, command: str) -> int:
    return int(stats.get(f"cmdstat_{command}", {}).get("calls", 0))  # type: ignore[attr-defined]


def _microseconds(work: Callable[[], object]) -> float:
    found = []
    for _ in range(_TIMES):
        begun = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun)
    return median(found) * 1e6


if __name__ == "__main__":
    sys.exit(main())
