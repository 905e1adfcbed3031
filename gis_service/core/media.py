"""Media types that more than one room sends (registered with IANA)."""

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV, PDF, ZIP = "text/csv", "application/pdf", "application/zip"
JPEG, PNG, SVG, WEBP = "image/jpeg", "image/png", "image/svg+xml", "image/webp"
GEOJSON, PMTILES = "application/geo+json", "application/vnd.pmtiles"
BYTES = "application/octet-stream"
"""To be saved, never shown: whatever a person sent."""
PHOTOS = (JPEG, PNG, WEBP)
"""Pictures that a browser may show as they came."""
_BY_ENDING = {"docx": DOCX, "pdf": PDF, "png": PNG, "pptx": PPTX, "svg": SVG, "xlsx": XLSX, "zip": ZIP}


def by_ending(*endings: str) -> dict[str, str]:
    """The media types of these endings of file names.

    >>> by_ending("pdf", "zip")
    {'pdf': 'application/pdf', 'zip': 'application/zip'}
    """
    return {ending: _BY_ENDING[ending] for ending in endings}
