"""Every sentence that reading can say, by its code."""
