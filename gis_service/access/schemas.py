"""What people, units, areas and tokens look like to the pages."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gis_service.access.rules import Role

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Username = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]{1,39}$")]


class Strict(BaseModel):
    """Input that may hold nothing it was not asked for."""

    model_config = ConfigDict(extra="forbid")


class SignIn(Strict):
    username: str
    password: str


class NewPassword(Strict):
    old: str
    new: str


class GivenPassword(Strict):
    password: str


class RoleHeld(BaseModel):
    role: Role
    area: str | None
    unit: str | None


class Me(BaseModel):
    id: int
    username: str
    display_name: str
    unit: str | None
    roles: list[RoleHeld]
    permissions: list[str]
    must_change_password: bool
    csrf: str


class UserIn(Strict):
    username: Username
    display_name: Name
    password: str
    unit_id: int | None = None


class UserChange(Strict):
    display_name: Name | None = None
    unit_id: int | None = None
    state: Annotated[str, Field(pattern="^(active|disabled)$")] | None = None


class UserOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    username: str
    display_name: str
    unit_id: int | None
    unit: str | None = None
    state: str
    must_change_password: bool
    last_login_at: datetime | None
    locked_until: datetime | None
    row_version: int


class GrantIn(Strict):
    role: Role
    area_id: int | None = None
    unit_id: int | None = None


class GrantOut(BaseModel):
    id: int
    role: Role
    area: str | None
    unit: str | None
    granted_at: datetime


class TokenIn(Strict):
    name: Name
    days: Annotated[int, Field(ge=1, le=365)] = 90
    may_edit: bool = False
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=4, max_length=200)] | None = None


class TokenOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    name: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    may_edit: bool
    reason: str | None
    secret: str | None = Field(None, description="shown once, when the token is made")


class UnitOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    code: str
    name: str
    short_name: str | None
    kind: str


class AreaOut(BaseModel):
    id: int
    code: str
    name: str
    name_en: str | None
    bbox: tuple[float, float, float, float] | None


class AuditOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    at: datetime
    actor_name: str
    action: str
    subject: str
    outcome: str
    detail: dict[str, object]
    request_id: str
    address: str


class AuditPage(BaseModel):
    items: list[AuditOut]
    next: str | None
