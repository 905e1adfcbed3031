"""HTTP doors of the inbox: what the phone needs before it leaves, files, records, rescue files."""

from fastapi import APIRouter

from gis_service.access.edge import Route

router = APIRouter(prefix="/api/v1/field", route_class=Route)
