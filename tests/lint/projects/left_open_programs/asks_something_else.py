from telethon.sync import TelegramClient

client = TelegramClient("a", 1, "h")  # expect: TGS101 TGS201 TGS301
client.start()
if __file__ == "__main__":
    client.disconnect()
