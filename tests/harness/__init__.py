"""What the test suite and the benchmarks stand on."""
