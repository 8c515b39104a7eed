"""unittest's own stacks, and a pytest fixture that enters."""
import unittest

import pytest
from tgsession_runtime import guarded_client


class MailboxTest(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.inbox = await self.enterAsyncContext(guarded_client("test-inbox"))

    async def test_inbox(self):
        self.assertTrue((await self.inbox.get_me()).is_self)


class PlainTest(unittest.TestCase):
    def setUp(self):
        self.outbox = self.enterContext(guarded_client("test-outbox"))

    def test_outbox(self):
        self.assertTrue(self.outbox.is_connected())


@pytest.fixture
async def client():
    async with guarded_client("test-fixture") as client:
        yield client


async def test_me(client):
    assert (await client.get_me()).is_self
