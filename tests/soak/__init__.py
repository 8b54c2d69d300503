"""What needs minutes: many people at once, two on one feature, and a server that dies."""
