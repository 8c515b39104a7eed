"""Proofs by force: what becomes of a session when its processes are killed, stopped and crowded; `docs/proofs.md`."""
