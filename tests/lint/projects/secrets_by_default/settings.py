import argparse

from decouple import config
from pydantic import Field, SecretStr

API_HASH = config("API_HASH", default="3f7a1c09be5d42868e10c7d4f2a95b6e")  # expect: TGS401
OTHER_API_HASH = config(default="3f7a1c09be5d42868e10c7d4f2a95b6e")  # expect: TGS401
API_HASH_DIGEST = digest("3f7a1c09be5d42868e10c7d4f2a95b6e")


class Settings:
    api_hash: str = Field("3f7a1c09be5d42868e10c7d4f2a95b6e", env="TG_HASH")  # expect: TGS401
    secret_api_hash = SecretStr("3f7a1c09be5d42868e10c7d4f2a95b6e")  # expect: TGS401
    etag: str = Field("3f7a1c09be5d42868e10c7d4f2a95b6e")


parser = argparse.ArgumentParser()
parser.add_argument("-H", "--api-hash", default="3f7a1c09be5d42868e10c7d4f2a95b6e")  # expect: TGS401
parser.add_argument("--digest", default="3f7a1c09be5d42868e10c7d4f2a95b6e")
