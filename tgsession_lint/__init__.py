"""tgsession-lint: finds the code that costs a Telegram session its login."""

__version__ = "0.1.0"
