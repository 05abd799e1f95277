"""Books that leave a web service as audit files."""
