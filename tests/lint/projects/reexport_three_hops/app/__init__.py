"""Hop three."""
from app.telegram import Client

__all__ = ["Client"]
