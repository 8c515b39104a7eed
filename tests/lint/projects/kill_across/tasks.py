"""Celery's spelling of the same."""
from acme_celery import app
from signals import SIGKILL


def revoke(task_id):
    app.control.revoke(task_id, terminate=True, signal="SIGKILL")  # expect: TGS304
    app.control.revoke(task_id, terminate=True, signal=SIGKILL)  # maybe: TGS304
    app.control.revoke(task_id, terminate=True)
    app.control.revoke(task_id)
