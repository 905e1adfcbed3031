"""附件: files kept by the SHA-256 of their bytes, originals untouched."""
