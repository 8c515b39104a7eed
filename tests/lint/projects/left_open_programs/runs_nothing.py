from telethon.sync import TelegramClient

client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201 TGS301
client.start()


def main():
    client.run_until_disconnected()


if __name__ != "__main__":
    main()
