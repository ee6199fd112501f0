{{ config(severity='warn') }}

/*
  Without its evidence the score of nearly every reason must fall: of a kind, 95 of 100 at least, as far as the
  sample can tell. One of a few says nothing.
*/
select
    reason_kind,
    rows,
    share,
    ci_high
from {{ ref('reason_faithfulness') }}
where ci_high < 0.95 and rows >= 20
