"""Taking the snapshot of a month: what the register said at its cut-off, as plain data that JSON can hold."""
