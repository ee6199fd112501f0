"""A build that fitted, and whose fit may serve later builds."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from pydantic import BaseModel, ConfigDict

from recsys.pipeline.fingerprint import Fingerprint


class Fit(BaseModel):
    """A build that fitted, and whose fit may serve later builds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    run_id: str
    fitted_at: datetime
    """When that build ended; UTC."""
    as_of: date
    """The last day that it knew."""
    made_of: Fingerprint

    def due_on(self, days: int) -> date:
        """Return the day of the shop's time whose build fits anew."""
        return self.as_of + timedelta(days=days)
