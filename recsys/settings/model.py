"""Every setting of a shop once: its type, what is legal, its default, and what it means.

`dbt_project.yml`, the models of staging and docs/settings.md are written from here by
`python scripts/write_settings.py`; a setting is None, in SQL null, where it may be left empty.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Days = Annotated[int, Field(ge=0, le=1_000_000)]
Seed = Annotated[int, Field(ge=0, le=2_000_000_000)]
Large = Annotated[int, Field(ge=1, le=2_000_000_000)]
Factor = Annotated[float, Field(ge=0, le=1_000_000)]
Names = str
"""Names, separated by commas."""


PINNABLE = "['', 'hybrid', 'fusion', 'profile'] + recommenders()"
"""What may be pinned, as dbt's macros say it."""


class Section(BaseModel):
    """Settings that belong together; the first line of a section's docstring is its heading."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Folds(Section):
    """Folds."""

    label_window_days: Annotated[int, Field(ge=1, le=3650)] = 28
    """Days after a cut-off in which purchases count as hits."""
    judged_folds: Annotated[int, Field(ge=0, le=1000)] = 1
    """Past folds that reach the metrics."""
    hybrid_training_folds: Annotated[int, Field(ge=0, le=1000)] = 2
    """Past folds that the hybrid of a fold learns from, the last ones before it."""
    judged_customers: Large = 5_000
    """Most customers who bought then that a past fold ranks for, and as many who didn't."""
    active_within_days: Days = 0
    """Lists of their own are made for customers who bought or rated something within so many days,
    of what is popular for others; 0: for everyone."""
    as_of: date | None = None
    """The day the shop is looked at; empty: the last day anything happened."""


class Promotions(Section):
    """Promotions; docs/evaluation.md says what a fold knows of them."""

    promotion_horizon_days: Annotated[int | None, Field(ge=0, le=3650)] = None
    """How many days before it starts a promotion is known, where the shop doesn't say when it was
    planned; 0: past promotions only; empty: as many days as today's promotions reach ahead."""


class Cleaning(Section):
    """Cleaning; docs/cleaning.md says what each rule does."""

    timezone: str | None = None
    """The shop's time zone, such as Europe/Berlin; empty: times are taken as written."""
    earliest_day: date = date(1980, 1, 1)
    """Lines from before it are rejected: a placeholder stands for their time."""
    date_order: Literal["dmy", "mdy"] | None = None
    """How 01/02/2024 is read; empty: the column shows it."""
    decimal_separator: Literal[".", ","] | None = None
    """How 1,234 is read; empty: the file's numbers show it."""
    duplicate_lines: Literal["reject", "mapped", "keep"] = "reject"
    """Copies, which agree in every column of the file (mapped: in every mapped one), are rejected,
    or all lines are kept."""
    find_non_products: bool = True
    """Whether postage, fees, vouchers and the like are told from products, to recommend none."""
    merge_case_variants: Literal["same_title", "always", "never"] = "same_title"
    """Whether product ids that differ by case are one product."""
    outlier_quantity_factor: Annotated[float, Field(ge=0, le=1_000_000_000)] = 20
    """Quantities above so many times their 99th percentile weigh as that; 0 switches this off."""
    unusual_customers: Literal["keep", "leave_out"] = "keep"
    """Whether wholesalers and bots are part of training."""


class Catalogue(Section):
    """Catalogue."""

    min_customers_per_product: Annotated[int, Field(ge=0, le=2_000_000_000)] = 5
    """Distinct customers (orders, in a shop without customers) a product needs before the cut-off
    to be in the catalogue."""
    sold_within_days: Days = 90
    """A product not sold for so many days before the cut-off isn't in the catalogue; 0 switches
    this off."""


class Interest(Section):
    """Interest."""

    decay_half_life_days: Annotated[float, Field(ge=0.001, le=1_000_000)] = 90
    """Days after which a purchase weighs half."""
    popularity_window_days: Annotated[int, Field(ge=1, le=1_000_000)] = 42
    """Days before the cut-off whose customers the popularity recommender counts."""
    rating_min: Annotated[float, Field(ge=-1_000_000, le=1_000_000)] = 1
    """Lower end of the rating scale, explicit and implied."""
    rating_max: Annotated[float, Field(ge=-1_000_000, le=1_000_000)] = 5
    """Upper end of the rating scale."""


class Recommenders(Section):
    """Recommenders."""

    recommenders: Names = (
        "bought_together, svd, mean_imputed_svd, ease, ridge, item_knn, user_knn, als, content"
    )
    """Recommenders that are built beside popularity, store_popularity and buy_again, separated by
    commas; also nmf and knn, for shops of ratings. What isn't named takes no time."""
    rating_models: Names = "svd, baseline"
    """Rating models whose errors are measured; also nmf, knn, svdpp, knn_means, knn_baseline and
    rating_blend."""
    cross_validate_implied: bool = False
    """Whether ratings implied by purchases are predicted in five folds, too, which takes five more
    fits each."""


class BuyAgain(Section):
    """Buy again; the defaults were chosen on the fold before the judged one."""

    overdue_discount: Annotated[float, Field(ge=0, le=1000)] = 0.1
    """x in e^-x per own interval that has passed since the last purchase."""
    intervals_after_single_purchase: Factor = 5
    """A product bought once shows no interval: it is taken as so many intervals overdue."""
    repeat_share_weight: Factor = 4
    """Weight of the share of a product's customers who came back within the last window, added to
    the score of buy_again."""


class BoughtTogether(Section):
    """Products bought together."""

    min_baskets_together: Large = 5
    """Fewer baskets with both make no pair."""
    pairs_per_product: Annotated[int, Field(ge=1, le=1000)] = 20
    """Best pairs kept per product."""


class Lists(Section):
    """Lists."""

    candidates_per_customer: Annotated[int, Field(ge=1, le=10_000)] = 100
    """New products, and as many bought before, that a recommender yields per customer."""
    predicted_ratings_per_customer: Annotated[int, Field(ge=1, le=10_000)] = 20
    """Best new products of each rating model in marts.predicted_ratings, at most
    candidates_per_customer."""
    list_length: Annotated[int, Field(ge=1, le=20)] = 10
    """Products per customer and list."""
    variants: Literal["same_title", "sizes", "off"] = "same_title"
    """Which products take one place of a list: those of the same title; also those of one brand
    whose titles differ by a size; or none."""
    diversity: Annotated[float, Field(ge=0, le=0.95)] = 0
    """Each further product of a category in a list has its score lowered by this share once
    more."""
    max_per_category: Annotated[int, Field(ge=0, le=20)] = 0
    """Most products of one category in a list; 0: no limit."""
    max_per_brand: Annotated[int, Field(ge=0, le=20)] = 0
    """Most products of one brand in a list; 0: no limit."""
    explore_share: Annotated[float, Field(ge=0, le=1)] = 0
    """Share of the places of `discover`, the last ones, that go to candidates chosen at random."""
    objective: Literal["probability", "revenue", "margin"] = "probability"
    """What lists put first among their candidates: what the serving recommender ranks first; or
    the probability of the hybrid times the price, or times what the shop keeps of it. Candidates of
    which that isn't known come behind."""
    language: Literal["en", "de", "fr", "es"] = "en"
    """The language of reasons: English, German, French or Spanish."""
    faithfulness_rows: Annotated[int, Field(ge=0, le=100_000)] = 1000
    """Recommendations whose reasons are put to the test, one of a customer: the evidence is taken
    away, and the score must fall; 0: none."""
    serving_block_customers: Annotated[int, Field(ge=1, le=1_000_000)] = 2000
    """Customers whose lists are made at once, at most: more need more memory. They are fewer where
    customers have bought much (docs/scale.md)."""
    serving_engine: Literal["local", "spark"] = "local"
    """Where blocks of customers run: on this machine, or as tasks of a Spark cluster
    (docs/scale.md)."""
    audit_customers: Annotated[int, Field(ge=0, le=1_000_000)] = 200
    """Customers drawn by chance whose candidates marts.recommendation_audit explains; 0: none."""
    audit_customer_ids: Names | None = None
    """Ids of customers who are explained beside those, separated by commas."""
    keep_block_tables: Names | None = None
    """Models whose rows of today are kept in the work folder for a look, separated by commas, such
    as int_hybrid_scores, rec_svd."""
    keep_working_tables: bool = False
    """Whether `recsys build` publishes its working tables, too, for a look; docs/publishing.md says
    which tables are for readers."""
    fusion_constant: Annotated[int, Field(ge=0, le=1_000_000)] = 5
    """k of reciprocal rank fusion: a small one favours first places."""
    fusion_share_of_best: Annotated[float, Field(ge=0, le=1)] = 0.75
    """Recommenders with fewer hits than this share of the best one's have no say in fusion."""


class Content(Section):
    """Content."""

    content_vectors: Literal["tfidf", "lsa", "embeddings"] = "tfidf"
    """How product texts become vectors; lsa is a truncated SVD, and embeddings need
    pip install 'recsys[embeddings]'."""
    content_field_weights: str | None = None
    """Weights of fields of product texts, such as "title: 2, brand: 0"; others as in
    recsys.recommenders.content."""
    content_embedding_model: str | None = None
    """Folder of a sentence-transformers model, for embeddings."""
    recommend_new_products: Annotated[int, Field(ge=0, le=20)] = 0
    """Last places of a list that products without any sale may take."""


class Hybrid(Section):
    """Hybrid and preferences."""

    hybrid_candidates: Annotated[int, Field(ge=1, le=10_000)] = 30
    """First products of each recommender, new and bought, that the hybrid weighs."""
    hybrid_training_rows: Large = 100_000
    """Pairs not bought that the hybrid learns from, per fold, about: they stand for the others. At
    least a hundredth of all."""
    hybrid_seed: Annotated[int, Field(ge=0, le=1_000_000_000)] = 0
    """Seed of the hybrid's trees."""
    audience_size: Annotated[int, Field(ge=1, le=1_000_000)] = 100
    """Customers most likely to buy it, per product."""
    preference_categories: Annotated[int, Field(ge=1, le=250)] = 50
    """Categories whose purchases are predicted: those most customers bought from."""
    replenishment_products: Annotated[int, Field(ge=0, le=1_000)] = 10
    """Products a customer is about to buy again that are forecast, likeliest within a week first; 0
    switches this off."""


class Tuning(Section):
    """Tuning, by `recsys tune` or `dbt build --select tag:tune --vars '{tuning_trials: 20}'`."""

    tuning_trials: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """Parameters a search tries per recommender, those of earlier runs included; 0: no limit, or,
    with tuning_minutes 0 too, no search."""
    tuning_minutes: Factor = 0
    """Minutes a build's searches may take together; 0: no limit, or, with tuning_trials 0 too, no
    search."""
    tuning_recommenders: Names = (
        "ease, ridge, item_knn, user_knn, als, svd, nmf, knn, mean_imputed_svd, content"
    )
    """What is tuned, separated by commas; also hybrid, svdpp, knn_means and knn_baseline."""
    tuning_metric: Literal["ndcg", "rmse"] = "ndcg"
    """What is made better; rmse, of predicted ratings, for Surprise's models only."""
    tuning_list_type: Literal["discover", "buy_again", "next_basket"] = "discover"
    """The list whose NDCG is made better."""
    tuning_sampler: Literal["tpe", "random", "grid"] = "tpe"
    """How the next parameters to try are chosen."""
    tuning_seed: Seed = 0
    """Seed of that choice."""


class Evaluation(Section):
    """Evaluation and champions."""

    bootstrap_resamples: Annotated[int, Field(ge=2, le=1_000_000)] = 1000
    """Resamples of customers behind each interval."""
    bootstrap_seed: Seed = 0
    """Seed of the resamples."""
    champion_metric: Literal["ndcg", "precision", "recall", "map", "mrr", "hit_rate"] = "ndcg"
    """The metric by which champions are chosen."""
    champion_k: Literal[5, 10, 20] = 10
    """First products of a list that the metric looks at."""
    require_better_champion: bool = False
    """Whether a champion no better than popularity and habit fails the build."""
    pinned_champion: Annotated[str | None, Field(json_schema_extra={"dbt": PINNABLE})] = None
    """A recommender that serves every list whatever the metrics say: hybrid, fusion, profile,
    popularity, store_popularity, buy_again or one named in `recommenders`."""


class Drift(Section):
    """Drift; docs/drift.md says what is measured and how it is judged."""

    drift_watch: Annotated[float, Field(ge=0.5, le=1_000)] = 3.5
    """A measure that is so many spreads from what earlier builds let expect is watched."""
    drift_alarm: Annotated[float, Field(ge=0.5, le=1_000)] = 5
    """A measure that is so many spreads away is an alarm."""
    drift_runs: Annotated[int, Field(ge=1, le=10_000)] = 56
    """How many of the builds before are looked at, the last ones."""
    drift_least_runs: Annotated[int, Field(ge=2, le=10_000)] = 7
    """With fewer builds before only large changes are told."""
    drift_customers: Annotated[int, Field(ge=1, le=2_000_000_000)] = 10_000
    """Most customers whose lists are compared with those of the build before."""
    drift_ignored: Names | None = None
    """Measures of which no alarm is made, separated by commas, such as
    days_since_last_event, new_products_last_week."""
    drift_fails_build: bool = False
    """Whether an alarm fails the build, so that what it made isn't published."""


class Experiment(Section):
    """Experiment; docs/uplift.md says how its effect is measured."""

    control_share: Annotated[float, Field(ge=0, le=0.9)] = 0
    """Share of customers for whom no lists are made: the control group, by which
    marts.uplift measures what lists bring."""
    challenger_share: Annotated[float, Field(ge=0, le=0.9)] = 0
    """Share of customers whose lists another recommender makes, the `challenger`."""
    challenger: Annotated[str | None, Field(json_schema_extra={"dbt": PINNABLE})] = None
    """The recommender of these lists, as in `pinned_champion`."""
    experiment_name: str = "lists"
    """A name; with another name other customers are drawn for each arm."""
    experiment_started_on: date | None = None
    """The first day that is compared; empty: the day after the data of the first build with these
    arms."""


class Report(Section):
    """Report."""

    write_report: bool = True
    """Whether `recsys build` writes its report beside the database, as NAME.report.html."""


class Builds(Section):
    """Builds."""

    keep_builds: Annotated[int, Field(ge=0, le=100)] = 2
    """How many earlier builds are kept in the work folder, for `recsys rollback`. Each takes the
    room of a published file, and has the customers that it had then."""
    keep_days: Days = 730
    """Days, in the shop's time, for which is kept what lists held and what champions and metrics
    were; 0: no limit. What is served now is kept whenever it began."""
    refit_after_days: Days = 0
    """Days, in the shop's time, for which `recsys build` serves on with what was fitted, while
    purchases, features and lists are made anew (docs/refresh.md); 0: each build fits."""
    pinned_fit: str | None = None
    """Whose fit serves on until this changes, whatever its age and whatever drifts: `last`, the fit
    that is kept, or the first letters of its run, in quotes; empty: `refit_after_days` decides."""


SECTIONS: tuple[type[Section], ...] = (
    *(Folds, Promotions, Cleaning, Catalogue, Interest, Recommenders, BuyAgain, BoughtTogether),
    *(Lists, Content, Hybrid, Tuning, Evaluation, Drift, Experiment, Report, Builds),
)
"""In the order in which they are documented."""


class Settings(
    Folds,
    Promotions,
    Cleaning,
    Catalogue,
    Interest,
    Recommenders,
    BuyAgain,
    BoughtTogether,
    Lists,
    Content,
    Hybrid,
    Tuning,
    Evaluation,
    Drift,
    Experiment,
    Report,
    Builds,
):
    """All settings of a shop, such as its shop file gives them.

    >>> Settings(list_length=5).judged_folds
    1

    """
