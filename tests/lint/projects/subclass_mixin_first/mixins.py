class Logging:
    """Not a client."""

    def log(self, text):
        print(text)
