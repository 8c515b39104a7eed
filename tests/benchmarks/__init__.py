"""What the linter costs on real code, beside its peers; run by hand, not by pytest."""
