"""导出: the register as files that leave the house.

Nine formats, one question. What is asked (`asked.Wish`) is what the list asks: the same filters, the same past day, the
same row policies. The rows come once, in portions, in the system that is wanted, and a function for each format writes
them to a file. Up to some 2,000 parcels are written while somebody waits; more become a job whose file is kept for some
days for who asked. Every file that leaves is in the audit trail with its hash.

The headers are those that the import recognises (`parcels/imports/columns.toml`): what goes out comes back.
"""
