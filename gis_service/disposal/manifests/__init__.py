"""转运联单: each load from the gate to the weighbridge, what is doubtful about it, and who decided."""
