"""What the API answers about the build as a whole, field by field."""

from datetime import datetime

from pydantic import BaseModel, Field

from recsys.reading.warehouse import JudgedList, ListType, Verdict


class Metric(BaseModel):
    """One measurement of a recommender on a past fold."""

    fold: str = Field(description="The cut-off's date: nothing later was seen.")
    recommender: str
    list_type: JudgedList
    segment_type: str
    segment: str = Field(description="The evaluation segment: who was judged; `all` is everyone.")
    metric: str
    k: int | None = Field(description="Length of the judged list.")
    value: float | None
    ci_low: float | None = Field(description="Lower end of the 95 % interval.")
    ci_high: float | None = Field(description="Upper end of the 95 % interval.")
    customers: int | None = Field(description="Customers judged.")
    baseline: str | None = Field(
        description="Who serves the list, or popularity on a product's page: what it is compared "
        "with; null for that one itself and where nothing was compared."
    )
    difference: float | None = Field(description="Value minus the baseline's, same customers.")
    difference_low: float | None = Field(description="Lower end of the difference's interval.")
    difference_high: float | None = Field(description="Upper end of the difference's interval.")
    verdict: Verdict | None = Field(description="`tie`: no significant difference.")


class Coverage(BaseModel):
    """Customers and purchases that the metrics of a list leave out."""

    fold: str = Field(description="The cut-off's date: nothing later was seen.")
    list_type: JudgedList
    customers_with_history: int
    customers_judged: int
    customers_nothing_to_find: int = Field(description="Left out: bought nothing that fits.")
    customers_not_sampled: int = Field(description="Left out by the setting judged_customers.")
    customers_without_history: int = Field(description="Left out: nothing known of them before.")
    held_out: int | None = Field(description="Customers' products bought in the label window.")
    in_catalogue: int | None = Field(description="Those of them that a list could have held.")
    share_outside: float | None = Field(description="Share that no list could have held.")


class Champion(BaseModel):
    """The recommender that serves a list."""

    list_type: ListType
    recommender: str
    metric: str
    k: int
    value: float | None
    baseline: str | None = Field(description="The best simple recommender.")
    difference: float | None = Field(description="Value minus the baseline's.")
    ci_low: float | None = Field(description="Lower end of the difference's interval.")
    ci_high: float | None = Field(description="Upper end of the difference's interval.")
    verdict: Verdict | None = Field(
        description="`tie`: no significant difference; null where the baseline itself serves."
    )
    why: str | None = Field(description="Why it was chosen.")


class HealthReport(BaseModel):
    """Whether there is something to serve."""

    status: str = Field(
        description="`ok`; `incomplete` when the last build didn't finish and tables may be of two "
        "builds; `empty` when the build made no list."
    )
    database: str = Field(description="The file's name.")
    run_id: str | None
    finished_at: datetime | None
    customers: int
    recommendations: int
