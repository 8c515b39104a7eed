"""Mutation testing of the analysis of flow: `python -m tests.lint.mutation`."""
