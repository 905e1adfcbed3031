"""The templates that come with the product, and the script that makes them: `python -m gis_service.papers.templates.make`."""
