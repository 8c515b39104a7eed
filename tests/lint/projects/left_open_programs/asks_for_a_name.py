from telethon.sync import TelegramClient

MAIN = "__main__"
client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201 TGS301
client.start()
if __name__ == MAIN:
    client.disconnect()
