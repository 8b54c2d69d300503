"""Questions to the whole map: one file each. Answers are dated, say what they rest on, and are never surer than the data."""
