"""Mutants of solutions that are right answers all the same, and why: {id: {mutant: reason}}."""

EQUIVALENT = {}
