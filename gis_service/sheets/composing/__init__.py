"""A template and its content become pages."""
