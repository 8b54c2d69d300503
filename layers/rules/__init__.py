"""Pure functions of the law and of the offices."""
