"""Reading a DOCX: what it may carry, and its pages as plain data for printing."""
