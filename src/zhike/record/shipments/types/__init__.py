"""Words and small records of shipments."""
