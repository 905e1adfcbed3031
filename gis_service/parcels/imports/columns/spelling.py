"""How names are compared that people spell in many ways."""

import re
import unicodedata


def normal(name: str) -> str:
    """A header as it is compared: full-width forms folded, lower case, no blanks, underscores or line breaks.

    >>> normal("用地面积 （㎡）"), normal("Parcel_No"), normal("宗地四至－东")
    ('用地面积(m2)', 'parcelno', '宗地四至-东')
    """
    return re.sub(r"[\s_]+", "", unicodedata.normalize("NFKC", name)).casefold()
