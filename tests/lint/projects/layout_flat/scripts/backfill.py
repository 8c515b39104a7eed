"""Run as `python -m scripts.backfill` from the root."""
from app import Client


def main():
    return Client("backfill", 1, "hash")  # expect: TGS101
