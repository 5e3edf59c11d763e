"""Controls, as they are listed: by standard, and whether the Region has them.

Four of them are checked where a test turns that on (see `schedule`); of the others there are only
the findings that BatchImportFindings brings.
Sources: botocore securityhub ListSecurityControlDefinitions, SecurityControlDefinition.
"""

from moto.core.responses import ActionResult

from . import catalogue, schedule
from .controls_reference import CONTROLS
from .hub import Base


class Controls(Base):
    def list_security_control_definitions(self) -> ActionResult:
        providers, standard = self._get_param("Providers"), self._get_param("StandardsArn")
        known = {shown["StandardsArn"] for shown in catalogue.available(self.region)}
        if standard and standard not in known:
            raise self.invalid("Invalid StandardsArn")
        found = [
            {
                "SecurityControlId": control.id,
                "Title": control.title,
                "Description": f"This control checks that: {control.title}.",
                "RemediationUrl": "https://docs.aws.amazon.com/console/securityhub/"
                f"{control.id}/remediation",
                "SeverityRating": control.severity,
                "CurrentRegionAvailability": (
                    "AVAILABLE" if schedule.available(control.id, self.region) else "UNAVAILABLE"
                ),
                "CustomizableProperties": [],
                "ParameterDefinitions": {},
                "Provider": "AWS",
            }
            for control in CONTROLS
            if (not providers or "AWS" in providers)
            and (not standard or catalogue.path_of(standard) in control.standards)
        ]
        page, token = self.page(found, 25)
        return ActionResult({"SecurityControlDefinitions": page, "NextToken": token})
