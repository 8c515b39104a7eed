"""One file per rule, named after it: its page, its question, its examples."""
