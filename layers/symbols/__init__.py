"""What a feature looks like: one vocabulary, compiled for each carrier."""
