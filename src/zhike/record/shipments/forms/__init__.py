"""Forms of shipments."""
