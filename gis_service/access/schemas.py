"""What people, units, areas and tokens look like to the pages."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gis_service.access.rules import Role

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
USERNAME = r"^[a-z][a-z0-9_.-]{1,39}$"
Username = Annotated[str, StringConstraints(pattern=USERNAME)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=4, max_length=200)]
Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=6, max_length=64)]


class Strict(BaseModel):
    """Input that may hold nothing it was not asked for."""

    model_config = ConfigDict(extra="forbid")


class SignIn(Strict):
    username: str
    password: str


class SecondStep(Strict):
    step: str = Field(description="as the first step answered")
    code: Code


class SignedIn(BaseModel):
    username: str
    second_step: str | None = Field(None, description="what the code is sent with, where one is due; no session yet")


class WithPassword(Strict):
    password: str


class WithCode(Strict):
    code: Code


class WithBoth(Strict):
    password: str
    code: Code


class ForReason(Strict):
    reason: Reason


class FactorState(BaseModel):
    confirmed_at: datetime | None
    codes_left: int
    required: bool
    by_provider: bool = Field(description="this sign-in came by the provider: no password is needed for ten minutes")


class Enrolment(BaseModel):
    secret: str = Field(description="for typing in, where no camera reads the picture")
    address: str
    qr: str = Field(description="the address as a picture, a data address of SVG")


class RecoveryCodes(BaseModel):
    codes: list[str] = Field(description="shown once; each is good for one sign-in")


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
    must_enrol: bool
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
    unused: bool
    must_change_password: bool
    last_login_at: datetime | None
    locked_until: datetime | None = None
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
    reason: Reason | None = None


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
