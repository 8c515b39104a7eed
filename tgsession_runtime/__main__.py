"""`python -m tgsession_runtime`."""

from tgsession_runtime.cli import main

if __name__ == "__main__":
    main()
