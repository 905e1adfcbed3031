"""HTTP doors of claims: those of every procedure, under the limit for simple cases that holds here."""

from decimal import Decimal

from fastapi import APIRouter

from gis_service.claims.conduct import conduct_for
from gis_service.procedures.doors import router_for


def router_for_limit(simple_limit_yuan: Decimal) -> APIRouter:
    return router_for(conduct_for(simple_limit_yuan))
