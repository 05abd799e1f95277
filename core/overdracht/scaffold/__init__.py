"""Write a distribution with a connector in it, for somebody to make their own."""

from overdracht.scaffold.writing import write_distribution

__all__ = ["write_distribution"]
