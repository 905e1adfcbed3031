"""Who did what: entries written in the same transaction as the act, sealed afterwards into a hash chain."""
