"""Where tables are computed: one module for each engine that Ibis speaks to."""
