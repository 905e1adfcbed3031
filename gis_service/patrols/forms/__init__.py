"""表单: what is asked on a parcel and of each kind of finding, as data (`*.toml`), with the little language they are written in.

The phone gets them in its pack and evaluates them without network; the server evaluates them alike. What an answer comes to is decided in
`answers.py` here and in `web/src/field/forms/` there, and both are held to one table of cases.
"""

from gis_service.patrols.forms.answers import Checked, Problem, begin, check
from gis_service.patrols.forms.catalogue import BadForm, catalogue, forms, read
from gis_service.patrols.forms.models import Form

__all__ = ["BadForm", "Checked", "Form", "Problem", "begin", "catalogue", "check", "forms", "read"]
