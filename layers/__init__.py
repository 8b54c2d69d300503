"""The county map without any web."""
