"""Real Celery workers of every pool on a real broker, for tests.

`brokers` has Redis and the file-system transport, `project` the app that the workers run, `started` the processes.
"""

from tests.celery_support.brokers import folder_broker, redis_broker, redis_server
from tests.celery_support.project import Project
from tests.celery_support.started import Crowd, Started, until

__all__ = ["Crowd", "Project", "Started", "folder_broker", "redis_broker", "redis_server", "until"]
