"""Doubles made after the class: nothing is built. Silent."""
from unittest import mock
from unittest.mock import AsyncMock, MagicMock, create_autospec, patch

import app
import pytest
from telethon import TelegramClient


@pytest.fixture
def client():
    return AsyncMock(spec=TelegramClient)


async def test_send(client):
    await app.send(client, "up")

    client.send_message.assert_awaited_once()


async def test_other_doubles(monkeypatch, mocker):
    double = mock.Mock(spec_set=TelegramClient)
    third = create_autospec(TelegramClient, instance=True)
    fourth = MagicMock(TelegramClient)
    with patch.object(TelegramClient, "send_message"):
        await app.send(double, "up")
    with patch("telethon.TelegramClient", new=fourth):
        await app.send(third, "up")
    monkeypatch.setattr(TelegramClient, "connect", AsyncMock())
    mocker.patch.object(TelegramClient, "disconnect")


@patch.object(TelegramClient, "connect")
def test_connect(connect):
    assert not connect.called
