"""The interpreter judges the analysis of flow: small programs, run under every choice, beside what the linter says of them."""
