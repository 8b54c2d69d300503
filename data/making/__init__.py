"""How the embedded sample is drawn: 示意 geography, invented parcels and zones."""
