"""The read-only HTTP API: the lists, similar products and metrics as JSON.

Every answer is a list in rank order; a known id without rows gets an empty one. There is no
login: put it behind one before other machines can reach it.
"""

from dataclasses import asdict
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, TypeVar

import pyarrow as pa
from fastapi import FastAPI, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from recsys.errors import DatabaseError, RecsysError, UnknownCustomerError, UnknownProductError
from recsys.serving import SharedWarehouse
from recsys.warehouse import JudgedList, ListType, Method, Verdict

RETRY_AFTER_SECONDS = "30"


class Recommendation(BaseModel):
    """One product of a customer's list."""

    list_type: ListType = Field(description="Which of the customer's lists.")
    rank: int = Field(description="Place in the list, 1 is best.")
    product_id: str
    title: str | None
    category: str | None
    brand: str | None
    price: float | None = Field(description="In the shop's currency.")
    score: float | None = Field(description="The recommender's own scale; higher is better.")
    probability: float | None = Field(
        description="Calibrated chance that the customer buys it within the label window; "
        "null where the recommender has none."
    )
    recommender: str = Field(description="Who made the list.")
    reason: str | None = Field(description="Why, in a few words.")
    reason_product_id: str | None = Field(description="The product the reason speaks of.")
    run_id: str = Field(description="The build that made the list.")
    generated_at: datetime | None


class SimilarProduct(BaseModel):
    """One product that is like another."""

    method: Method = Field(description="Like by what it is, or by who buys it.")
    rank: int = Field(description="Place within the method, 1 is most similar.")
    similar_product_id: str
    title: str | None
    category: str | None
    brand: str | None
    price: float | None = Field(description="In the shop's currency.")
    similarity: float | None = Field(description="Higher is more alike, at most 1.")
    reason: str | None = Field(description="What the two have in common.")


class ProductTogether(BaseModel):
    """One product that shares baskets with another."""

    rank: int = Field(description="Place by lift_low, 1 is best.")
    other_product_id: str
    title: str | None
    category: str | None
    baskets: int = Field(description="Baskets that hold both.")
    support: float | None = Field(description="Share of all baskets that hold both.")
    confidence: float | None = Field(description="Share of this product's baskets with the other.")
    lift: float | None = Field(description="How many times as often as by chance.")
    lift_low: float | None = Field(description="The careful end of the lift's interval.")


class Metric(BaseModel):
    """One measurement of a recommender on a past fold."""

    fold: str = Field(description="The cut-off's date: nothing later was seen.")
    recommender: str
    list_type: JudgedList
    segment_type: str
    segment: str = Field(description="Who was judged; `all` is everyone.")
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
    """Whom and what the metrics of a list are silent about."""

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


class Problem(BaseModel):
    """What went wrong, and what to do."""

    detail: str


ListTypeQuery = Annotated[ListType | None, Query(description="One list only.")]
LengthQuery = Annotated[int | None, Query(ge=1, le=100, description="At most so many per list.")]
UNAVAILABLE: dict[int | str, dict[str, Any]] = {
    503: {"model": Problem, "description": "No database yet, or a build is writing it."}
}
UNKNOWN: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "No such id."},
    **UNAVAILABLE,
}


def create_app(database: Path) -> FastAPI:
    """Return the API over one database file, which may be built or replaced while it runs."""
    app = FastAPI(
        title="recsys",
        version=version("recsys"),
        description="Recommendations, similar products and their metrics; read-only.",
    )
    shared = SharedWarehouse(database)
    _answer_errors(app, database)

    @app.get("/health", responses=UNAVAILABLE)
    def health() -> HealthReport:
        """Tell whether there is something to serve."""
        with shared.open() as warehouse:
            report = asdict(warehouse.health())
        return HealthReport(**report | {"database": database.name})

    @app.get("/customers/{customer_id:path}/recommendations", responses=UNKNOWN)
    def recommendations(
        customer_id: str, list_type: ListTypeQuery = None, k: LengthQuery = None
    ) -> list[Recommendation]:
        """Return a customer's lists, best first."""
        with shared.open() as warehouse:
            return _rows(Recommendation, warehouse.recommendations(customer_id, list_type, k))

    @app.get("/products/{product_id:path}/similar", responses=UNKNOWN)
    def similar(
        product_id: str,
        method: Annotated[Method | None, Query(description="One way only.")] = None,
        k: LengthQuery = None,
    ) -> list[SimilarProduct]:
        """Return the products most like this one."""
        with shared.open() as warehouse:
            return _rows(SimilarProduct, warehouse.similar_products(product_id, method, k))

    @app.get("/products/{product_id:path}/bought-together", responses=UNKNOWN)
    def bought_together(product_id: str, k: LengthQuery = None) -> list[ProductTogether]:
        """Return what shares baskets with this product."""
        with shared.open() as warehouse:
            return _rows(ProductTogether, warehouse.bought_together(product_id, k))

    @app.get("/metrics", responses=UNAVAILABLE)
    def metrics(
        list_type: Annotated[JudgedList | None, Query(description="One list only.")] = None,
        recommender: str | None = None,
        metric: Annotated[str | None, Query(description="Such as ndcg or recall.")] = None,
        k: Annotated[int | None, Query(ge=1, le=20, description="5, 10 or 20.")] = None,
        segment_type: Annotated[str, Query(description="`all` judges everyone as one.")] = "all",
    ) -> list[Metric]:
        """Return the recommenders' metrics on the judged folds, the best first."""
        with shared.open() as warehouse:
            found = warehouse.model_metrics(recommender, list_type, metric, k, segment_type)
        return _rows(Metric, found)

    @app.get("/coverage", responses=UNAVAILABLE)
    def coverage() -> list[Coverage]:
        """Return whom the metrics are over, and who and what was left out."""
        with shared.open() as warehouse:
            return _rows(Coverage, warehouse.evaluation_coverage())

    @app.get("/champions", responses=UNAVAILABLE)
    def champions() -> list[Champion]:
        """Return which recommender serves each list, and why."""
        with shared.open() as warehouse:
            return _rows(Champion, warehouse.champions())

    return app


ModelT = TypeVar("ModelT", bound=BaseModel)


def _rows(model: type[ModelT], table: pa.Table) -> list[ModelT]:
    return [model.model_validate(row) for row in table.to_pylist()]


def _answer_errors(app: FastAPI, database: Path) -> None:
    """Turn errors into answers that name the file, but not where it lies on the server."""

    def answer(status: int, error: Exception) -> JSONResponse:
        detail = str(error).replace(str(database), database.name)
        headers = {"Retry-After": RETRY_AFTER_SECONDS} if status == 503 else None
        return JSONResponse({"detail": detail}, status_code=status, headers=headers)

    @app.exception_handler(UnknownCustomerError)
    @app.exception_handler(UnknownProductError)
    def unknown(request: Request, error: RecsysError) -> JSONResponse:
        return answer(404, error)

    @app.exception_handler(DatabaseError)
    def unavailable(request: Request, error: RecsysError) -> JSONResponse:
        return answer(503, error)
