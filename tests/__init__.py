"""What only spans rooms."""
