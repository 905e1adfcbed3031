"""HTTP doors of walks: lists, one walk with what was seen, its track."""

from fastapi import APIRouter

from gis_service.access.edge import Route

router = APIRouter(prefix="/api/v1", route_class=Route)
