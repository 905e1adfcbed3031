"""图册: the sheets of many parcels as one document, made as a job.

Cover, index, an overview map with the page numbers on the parcels, then the sheet of each parcel, with bookmarks and one
count of pages. The parcels come from the filters of the list, in the sight of who asks, as they were at one moment; the job,
its record and its file are those of an export (`gis_service/exports`).

asked.py    what is wanted, and how it reads on the cover
subjects.py the parcels, in order
stock.py    a desk that reads each layer once for a run of parcels
front.py    cover, index, overviews
binding.py  printed runs become one document: bookmarks, numbers, links
making.py   the way from the wish to the file, with a child that prints while the next run is drawn
"""
