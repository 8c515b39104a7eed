from .client import Client
from .orders import notify
