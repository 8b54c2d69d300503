"""How fast is it? Benchmarks are run by hand, one at a time."""
