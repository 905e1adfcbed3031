"""HTTP doors of base maps."""

from fastapi import APIRouter

from gis_service.access.edge import Route

router = APIRouter(prefix="/api/v1/field", route_class=Route)
