"""变更: what happened to the register between two days, who changed what and why, and taking one change back.

Everything here is read from the version tables, under the same row policies as the present: nobody learns of a change of
land that they might not see on that day. A version is taken back by a new version; nothing is ever written over.
"""
