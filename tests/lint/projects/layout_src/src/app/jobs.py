from app.tg import Client


def job():
    return Client("job", 1, "hash")  # expect: TGS101
