"""One module for each kind of file; `WRITERS` (see `exports.writing`) names their functions."""
