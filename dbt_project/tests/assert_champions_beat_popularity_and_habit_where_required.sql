{{ champions_no_better_than_simple(is_required='true') }}
