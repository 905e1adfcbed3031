"""A drawing in millimetres, of which every format is made."""
