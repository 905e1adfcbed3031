"""附件: drawings, certificates, photos and other files of a parcel.

The bytes lie in the file store under their SHA-256, untouched; a picture has a small copy beside it, made anew without
what a camera wrote into the original. A file is taken off a parcel with a reason, never deleted. A ZIP of many files is
shared out by the parcel numbers in their names (`matching`).
"""
