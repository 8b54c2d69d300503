"""How is the county's data kept and brought back: backup.py, restore.py; what is in one: manifest.py."""
