"""How does the product reach machines without network? make.py builds the package, install.py installs it there."""
