"""tgsession-guard's runtime: one holder for one Telegram session."""
