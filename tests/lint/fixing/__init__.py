"""Fixes, judged by running what they make."""
