"""OWSLib against the service. Run by the Python of QGIS, which brings it along.

In: {"base", "token", "collection", "box", "page"}. Out: what it finds.
"""

import json
import sys

from owslib.ogcapi.features import Features

job = json.load(sys.stdin)
service = Features(f"{job['base']}/ogc/", headers={"Authorization": f"Bearer {job['token']}"})
name = job["collection"]
first = service.collection_items(name, limit=job["page"])
ids, page = [feature["id"] for feature in first["features"]], first
while True:
    further = [link["href"] for link in page["links"] if link["rel"] == "next"]
    if not further:
        break
    after = dict(part.split("=", 1) for part in further[0].split("?", 1)[1].split("&"))["after"]
    page = service.collection_items(name, limit=job["page"], after=after)
    ids += [feature["id"] for feature in page["features"]]
print(
    json.dumps(
        {
            "collections": service.feature_collections(),
            "title": service.collection(name)["title"],
            "extent": service.collection(name)["extent"]["spatial"]["bbox"][0],
            "matched": first["numberMatched"],
            "ids": len(ids),
            "different": len(set(ids)),
            "in_box": service.collection_items(name, bbox=job["box"])["numberMatched"],
            "one": service.collection_item(name, str(ids[0]))["properties"]["parcel_no"],
        }
    )
)
