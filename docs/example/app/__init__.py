"""A small Telegram archiver, with the mistakes that cost people their login."""
