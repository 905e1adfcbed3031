"""GDAL through pyogrio, in a process of its own: it holds the interpreter while it waits for the service.

In: {"options": {…}, "source", "call": "layers" | "count" | "read", "layer", "more"}. Out: what it finds.
"""

import json
import sys
from typing import Any

import pyogrio


def found(job: dict[str, Any]) -> Any:
    pyogrio.set_gdal_config_options(job["options"])
    source, more = job["source"], job.get("more", {})
    if job["call"] == "layers":
        return pyogrio.list_layers(source)[:, 0].tolist()
    if job["call"] == "count":
        return pyogrio.read_info(source, layer=job["layer"], force_feature_count=True)["features"]
    if "bbox" in more:
        more["bbox"] = tuple(more["bbox"])
    frame = pyogrio.read_dataframe(source, layer=job["layer"], **more)
    return {
        "rows": len(frame),
        "numbers": sorted(frame["parcel_no"]),
        "areas": sorted(frame["area_name"].unique()),
        "bounds": frame.total_bounds.tolist(),
        "fences": frame["fence_status"].value_counts().to_dict(),
    }


if __name__ == "__main__":
    try:
        print(json.dumps(found(json.load(sys.stdin))))
    except pyogrio.errors.DataSourceError as refused:
        print(json.dumps({"refused": str(refused)}))
