"""A client of the Redis at an address: a single server, the master that sentinels name, or a cluster; with TLS or without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tgsession_runtime.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

_PORT, _SENTINEL_PORT = 6379, 26379
_OWN_WORDS = ("sentinel_username", "sentinel_password")


def client_of(url: str, timeout: float, greet: Callable[[Any], None]) -> Any:
    """A client of redis-py's with one connection to each server, which it *greets* when that is new.

    It asks nothing twice by itself: how often, and until when, is for the lease to say.

    Raises:
        ConfigurationError: redis-py is not installed.
        ValueError: the address has a part that cannot be understood.
    """
    redis = _library()
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    def on_connect(connection: Any) -> None:
        connection.on_connect()
        greet(connection)

    options: dict[str, Any] = {
        "socket_timeout": timeout, "socket_connect_timeout": timeout, "retry": Retry(NoBackoff(), 0), "decode_responses": False,
        "redis_connect_func": on_connect, "max_connections": 1,
    }  # fmt: skip
    scheme, _, rest = url.partition("://")
    how = scheme.partition("+")[2]
    if how == "sentinel":
        return _of_sentinels(redis, url, {**options, "retry_on_timeout": False})
    if how == "cluster":
        # Its own connection goes on where a plain one begins.
        return _of_cluster(redis.cluster, url, {**options, "redis_connect_func": greet, "max_connections": 2})
    plain = f"unix://{rest}" if how == "socket" or scheme == "unix" else url
    given = {**_parse(plain), **options, "retry_on_timeout": False}
    pool = redis.ConnectionPool(**given)
    return redis.Redis(connection_pool=pool, single_connection_client=True)


def descriptors(client: Any) -> list[int]:
    """The open connections of *client*."""
    nodes = getattr(getattr(client, "nodes_manager", None), "nodes_cache", None)
    if nodes is None:
        connections = [getattr(client, "connection", None)]
    else:
        pools = [node.redis_connection.connection_pool for node in nodes.values() if node.redis_connection is not None]
        connections = [one for pool in pools for one in (*pool._available_connections, *pool._in_use_connections)]  # noqa: SLF001
    sockets = [getattr(one, "_sock", None) for one in connections]
    return [number for sock in sockets if sock is not None and (number := sock.fileno()) >= 0]


def _of_sentinels(redis: Any, url: str, options: dict[str, Any]) -> Any:
    """The client of `redis+sentinel://[user:password@]HOST[:PORT][,HOST[:PORT]…]/SERVICE[/DB]`."""
    hosts, given = _several(url, _SENTINEL_PORT)
    service, _, number = urlsplit(url).path.strip("/").partition("/")
    for_them = {name.removeprefix("sentinel_"): given.pop(name) for name in _OWN_WORDS if name in given}
    limits = {name: options[name] for name in ("socket_timeout", "socket_connect_timeout")}
    secured = {name: value for name, value in given.items() if name.startswith("ssl")}
    sentinel = redis.Sentinel(hosts, sentinel_kwargs={**limits, **for_them, **secured})
    pool = redis.sentinel.SentinelConnectionPool(service, sentinel, **{**given, "db": int(number or 0), **options})
    return redis.Redis(connection_pool=pool, single_connection_client=True)


def _of_cluster(cluster: Any, url: str, options: dict[str, Any]) -> Any:
    """The client of `redis+cluster://[user:password@]HOST[:PORT][,HOST[:PORT]…]`: some of its nodes, which name the others."""
    hosts, given = _several(url, _PORT)
    given.pop("db", None)  # a cluster has only the first
    nodes = [cluster.ClusterNode(host, port) for host, port in hosts]
    return cluster.RedisCluster(startup_nodes=nodes, **{**given, **options})


def _several(url: str, port: int) -> tuple[list[tuple[str, int]], dict[str, Any]]:
    """The hosts of *url*, each with its port, and what else it says."""
    parts = urlsplit(url)
    credentials, at, hosts = parts.netloc.rpartition("@")
    found = [(host, int(number or port)) for host, _, number in (one.partition(":") for one in hosts.split(","))]
    kind = parts.scheme.partition("+")[0]
    given = _parse(f"{kind}://{credentials}{at}one/?{parts.query}")
    given.pop("connection_class", None)
    given.pop("host")
    return found, {**given, **({"ssl": True} if kind == "rediss" else {})}


def _parse(url: str) -> dict[str, Any]:
    given: dict[str, Any] = _library().connection.parse_url(url)
    if (demanded := given.get("ssl_cert_reqs")) is not None:
        given["ssl_cert_reqs"] = str(demanded).lower().removeprefix("cert_")  # Celery's way to say it
    return given


def _library() -> Any:
    try:
        import redis
        import redis.cluster
        import redis.sentinel
    except ImportError:
        raise ConfigurationError(
            "a lease in Redis needs the package `redis`", 'install it: `pip install "tgsession-guard[redis]"`', why="nothing was connected"
        ) from None
    return redis
