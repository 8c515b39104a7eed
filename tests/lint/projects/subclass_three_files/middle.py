from base import Base as Parent


class Middle(Parent):
    """Retries."""
