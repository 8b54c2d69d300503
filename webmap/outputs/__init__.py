"""What the map says on other carriers: documents of the office, sheets, pictures."""
