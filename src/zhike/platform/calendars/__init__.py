"""Working time and clocks: rules in `rules`, promises in `actions.start_clocks` …, chips in `queries.chips`."""
