"""Redis in the other forms in which it is run: behind TLS, named by sentinels with a replica, as a cluster of two nodes."""

from __future__ import annotations

import random
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import redis

from tests.celery_support import redis_server, until

SLOTS = 16384


def server_program() -> str:
    """The server that tests start."""
    found = redis_server()
    assert found, "no Redis server: `apt-get install redis-server`"
    return found


@cache
def can_tls() -> bool:
    """Whether that server was built with TLS; the one in a wheel was not."""
    words = [server_program(), "--port", "0", "--tls-port", "1", "--tls-cert-file", "/nowhere"]
    said = subprocess.run(words, capture_output=True, text=True, timeout=30, check=False)
    return "Bad directive" not in said.stdout + said.stderr


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def process(folder: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A server, until the end of the block."""
    folder.mkdir(exist_ok=True)
    one = subprocess.Popen([server_program(), *words], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield one
    finally:
        one.kill()
        one.wait()


def plain(port: int) -> list[str]:
    """How a server on *port* is started that keeps its data in memory."""
    return ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", "."]


def answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False


# TLS


@dataclass(frozen=True)
class Certificates:
    """A certificate of 127.0.0.1 and who has signed it, as files."""

    folder: Path

    @classmethod
    def made_in(cls, folder: Path) -> Certificates:
        import trustme

        folder.mkdir(exist_ok=True)
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(folder / "ca.pem"))
        authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
        return cls(folder)

    @property
    def words(self) -> list[str]:
        """What a server is started with."""
        own = f"{self.folder}/server.pem"
        return ["--tls-cert-file", own, "--tls-key-file", own, "--tls-ca-cert-file", f"{self.folder}/ca.pem", "--tls-auth-clients", "no"]

    @property
    def query(self) -> str:
        """What an address ends with."""
        return f"ssl_ca_certs={self.folder}/ca.pem"


def certificates(folder: Path) -> Certificates:
    if not can_tls():
        pytest.skip("this Redis was built without TLS: `apt-get install redis-server` brings one with it")
    return Certificates.made_in(folder)


@contextmanager
def behind_tls(folder: Path) -> Iterator[str]:
    """The address of a server that speaks TLS alone, and asks for a password."""
    secured, port = certificates(folder / "tls"), free_port()
    words = ["--port", "0", "--tls-port", str(port), "--bind", "127.0.0.1", "--save", "", "--requirepass", "hunter2"]
    url = f"rediss://:hunter2@127.0.0.1:{port}/0?{secured.query}"
    with process(folder / "server", *words, *secured.words), redis.Redis.from_url(url) as client:
        until(lambda: answers(client), "Redis answers")
        yield url


# sentinels


@dataclass
class Pair:
    """A master and its replica, watched by a sentinel."""

    url: str
    master: subprocess.Popen[bytes]
    replica: subprocess.Popen[bytes]
    to_master: redis.Redis


@contextmanager
def watched_pair(folder: Path, secured: Certificates | None = None) -> Iterator[Pair]:
    """A master that its replica takes the place of as soon as it is gone."""
    ports = [free_port() for _ in range(3)]
    tls = [*secured.words, "--tls-replication", "yes"] if secured else []
    begin, end = ("rediss", f"?{secured.query}") if secured else ("redis", "")

    def words(port: int) -> list[str]:
        return ["--port", "0", "--tls-port", str(port), *plain(port)[2:], *tls] if secured else plain(port)

    (folder / "sentinel").mkdir(parents=True)
    (folder / "sentinel" / "sentinel.conf").write_text(
        f"sentinel monitor main 127.0.0.1 {ports[0]} 1\nsentinel down-after-milliseconds main 500\nsentinel failover-timeout main 3000\n", "utf-8"
    )
    with (
        process(folder / "master", *words(ports[0])) as master,
        process(folder / "replica", *words(ports[1]), "--replicaof", "127.0.0.1", str(ports[0])) as replica,
        redis.Redis.from_url(f"{begin}://127.0.0.1:{ports[0]}{end}") as to_master,
    ):
        until(lambda: answers(to_master), "the master answers")
        until(lambda: "online" in str(to_master.info("replication").get("slave0")), "the replica follows")
        with process(folder / "sentinel", "sentinel.conf", "--sentinel", *words(ports[2])):
            yield Pair(f"{begin}+sentinel://127.0.0.1:{ports[2]}/main{end}", master, replica, to_master)


# cluster


@contextmanager
def cluster(folder: Path) -> Iterator[list[int]]:
    """The ports of two nodes that share all slots."""
    ports = [_port_with_bus(), _port_with_bus()]
    words = ["--cluster-enabled", "yes"]
    with (
        process(folder / "one", *plain(ports[0]), *words),
        process(folder / "two", *plain(ports[1]), *words),
        redis.Redis(port=ports[0]) as one, redis.Redis(port=ports[1]) as two,
    ):  # fmt: skip
        for number, client in enumerate((one, two)):
            until(lambda client=client: answers(client), "the node answers")  # type: ignore[misc]
            client.execute_command("CLUSTER", "ADDSLOTS", *range(number * SLOTS // 2, (number + 1) * SLOTS // 2))
        one.execute_command("CLUSTER", "MEET", "127.0.0.1", str(ports[1]))
        for client in (one, two):
            until(lambda client=client: b"cluster_state:ok" in client.execute_command("CLUSTER", "INFO"), "the cluster is whole")  # type: ignore[misc]
        yield ports


def _port_with_bus() -> int:
    """A free port below the range of those that connections get: the node's own talk goes over the port 10,000 above it."""
    while True:
        port = random.randrange(10_000, 20_000)
        with suppress(OSError), socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", port))
            other.bind(("127.0.0.1", port + 10_000))
            return port
