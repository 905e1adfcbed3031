"""Which column of a file is which field of a parcel, how its cells are read, and what is remembered of a sender."""
