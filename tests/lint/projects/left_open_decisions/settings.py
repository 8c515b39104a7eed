"""Settings of the project: to read one cannot fail."""

NAME = "me"
