from userbot import bot

bot.start()
bot.run_until_disconnected()
