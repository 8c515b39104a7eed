"""`python -m tgsession_lint`."""

from tgsession_lint.launch import main

if __name__ == "__main__":
    main()
