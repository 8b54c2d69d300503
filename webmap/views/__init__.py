"""Which addresses are answered, and how? One blueprint per subject, as HTML or as JSON."""
