"""All writes of shipments."""
