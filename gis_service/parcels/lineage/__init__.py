"""沿革: which parcels came from which, by which act, and on which paper.

An act (`parcel_event`) is one of four: 分割 split, 合并 merge, 调整边界 adjust, 出库 retire. A split or merge retires its
parents and makes children with numbers of their own; an adjustment moves land between two neighbours that both stay; a
retirement ends a parcel without a successor. Each is one transaction, with one reason and one document, and each can be
taken back as one act while nothing was built on it.

The way of an act: rows and drawing → `plan` (pure: what would happen) → shown as a preview, or written by `operations`.
"""
