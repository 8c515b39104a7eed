from app import tg


def test_client():
    client = tg.Client("flat-test", 1, "hash")  # expect: TGS101
    assert client.session
