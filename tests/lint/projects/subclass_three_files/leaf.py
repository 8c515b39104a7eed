import middle


class Leaf(middle.Middle):
    """Knows commands."""
