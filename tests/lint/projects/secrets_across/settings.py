"""The literal is the place, in a module that knows nothing of Telethon."""
import os

API_ID = 12345
API_HASH = "3f7a1c09be5d42868e10c7d4f2a95b6e"  # expect: TGS401
OTHER_HASH = os.environ["TG_API_HASH"]
PASSWORD_MD5 = "fedcba9876543210fedcba9876543210"
