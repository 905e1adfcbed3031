"""批量修改: the same change to many parcels, seen before it is made, made as one, and taken back as one.

The preview says of each parcel what was and what will be; the change is made only if none of them was touched since.
One statement changes all rows; the version triggers write each parcel's history as for any other change. Taking back
is a further version, too: nothing is erased.
"""
