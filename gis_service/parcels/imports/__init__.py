"""导入: from a file somebody sent to rows of the register, as one batch that is accepted, refused or taken back as one.

The way: the file is kept as it came (`files`), read in a sandbox (`parcels.reading`), its columns are recognised
(`mapping`), its rows are staged beside the register, every check of the catalogue is asked (`checks`), a person looks,
and accepts. Nothing in a staged row is lost: what the register has no column for stays in its `attributes`.
"""
