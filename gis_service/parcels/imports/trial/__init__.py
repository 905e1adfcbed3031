"""Files tried without a database: a table of what would become of each."""
