"""`python -m` runs this; so does an import by a tool that walks the package."""
from settings import Client

client = Client("package", 1, "hash")  # expect: TGS101 TGS301
