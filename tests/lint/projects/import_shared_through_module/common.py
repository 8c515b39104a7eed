"""Imports the library once for all."""
import telethon as tg
from telethon import events
