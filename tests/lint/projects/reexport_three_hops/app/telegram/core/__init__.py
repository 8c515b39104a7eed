"""Hop one."""
from .base import TelegramClient
