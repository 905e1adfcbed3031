"""The procedures of this service, in the order in which pages and docs show them. Only the composition roots use this."""

from gis_service.cases.conduct import CASES
from gis_service.procedures.conduct import Conduct

CONDUCTS: tuple[Conduct, ...] = (CASES,)
